// SPDX-License-Identifier: Apache-2.0
#include "pool/in_process.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "model/failure.hpp"
#include "model/payload_limit.hpp"
#include "model/reply.hpp"
#include "model/traceparent.hpp"
#include "pool/call_deadline.hpp"
#include "pool/refusal.hpp"

namespace inferpool::pool {
namespace {

// The context of a model that runs in the caller's thread: outputs lie on the heap.
class CallerContext final : public Context {
 public:
  CallerContext(Deadline deadline, const InferOptions& options, std::size_t max_payload) noexcept
      : Context(options.traceparent.text()),
        deadline_(deadline),
        stop_(options.stop),
        max_payload_(max_payload) {}

  using Context::output;
  Tensor output(Datatype datatype, const Shape& shape) override {
    const std::size_t size = detail::TensorAccess::byte_size(datatype, shape);
    model::check_payload("an output", size, max_payload_);
    return detail::TensorAccess::make(datatype, shape, detail::heap_storage(size), size);
  }
  bool cancelled() const noexcept override {
    return stop_.stop_requested() || passed(deadline_, Clock::now());
  }
  Deadline deadline() const noexcept override { return deadline_; }

 private:
  Deadline deadline_;
  std::stop_token stop_;
  std::size_t max_payload_;
};

Error given_up_running(ErrorCode code, std::uint64_t id) {
  return given_up(code, id, Phase::kRunning, "while the model ran it in this process");
}

Error given_up_queued(ErrorCode code, std::uint64_t id) {
  return given_up(code, id, Phase::kQueued, "before its turn came");
}

// Of a thread that waits for itself: the model, or on_part, asks its own pool.
Error inside_itself(std::uint64_t id) {
  ErrorDetails details;
  details.phase = Phase::kQueued;
  details.request_id = id;
  return {ErrorCode::kInvalidArgument,
          formatted("request {}: with workers = 0 this thread runs the model already, which is "
                    "not thread_safe; ask it after infer_stream, or set workers",
                    id),
          std::move(details)};
}

[[noreturn]] void rethrow_as_ours(std::uint64_t id) {
  try {
    throw;
  } catch (const Error& error) {
    if (model::reaches_caller(error.code())) throw;
  } catch (...) {
    // Every other exception is the model's: see below.
  }
  throw error_or(ErrorCode::kModelFailed,
                 [&] { return model::model_failed(current_failure(), id); });
}

}  // namespace

void InProcess::infer(detail::FunctionRef<std::size_t()> payload,
                      detail::FunctionRef<std::size_t(Context&)> run, const InferOptions& options) {
  CallTicks marks;
  marks.begun = marks.admitted = ticks();  // nothing is copied
  std::uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    id = ++requests_;
  }
  try {
    model::check_payload("a request", measure(payload, id), max_payload());
    model::check_traceparent(options.traceparent.text());
    run_model(id, options, run, marks);
  } catch (const std::bad_alloc&) {  // the model's own is model_failed
    const std::lock_guard lock(mutex_);
    ++failed_;
    throw host_memory_used_up();
  } catch (...) {
    const std::lock_guard lock(mutex_);
    ++failed_;
    throw;
  }
  marks.seen = marks.decoded = ticks();
  const std::lock_guard lock(mutex_);
  latency_.count(stages_of(marks, {.started = marks.turn, .ended = marks.seen}));
  ++succeeded_;
}

std::size_t InProcess::measure(detail::FunctionRef<std::size_t()> payload, std::uint64_t id) {
  try {
    return payload();
  } catch (...) {
    rethrow_unencodable(id);
  }
}

void InProcess::run_model(std::uint64_t id, const InferOptions& options,
                          detail::FunctionRef<std::size_t(Context&)> run, CallTicks& marks) {
  const Deadline deadline = call_deadline(options, settings_.request_timeout);
  marks.turn = enter(id, deadline, options.stop) ? ticks() : marks.admitted;
  std::size_t reply = 0;
  try {
    CallerContext context(deadline, options, max_payload());
    reply = run(context);
  } catch (...) {
    leave();
    rethrow_as_ours(id);
  }
  leave();
  model::check_payload("a reply", reply, max_payload());
  if (passed(deadline, Clock::now())) throw given_up_running(ErrorCode::kDeadlineExceeded, id);
  if (options.stop.stop_requested()) throw given_up_running(ErrorCode::kCancelled, id);
}

bool InProcess::enter(std::uint64_t id, const Deadline& deadline, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  if (closed_) throw stopped();
  if (stop.stop_requested()) throw given_up_queued(ErrorCode::kCancelled, id);
  if (passed(deadline, Clock::now())) throw given_up_queued(ErrorCode::kDeadlineExceeded, id);
  if (runner_ == std::this_thread::get_id()) throw inside_itself(id);
  if (thread_safe_ || (running_ == 0 && waiting_.empty())) {
    ++running_;
    if (!thread_safe_) runner_ = std::this_thread::get_id();
    return false;
  }
  if (waiting_.size() >= static_cast<std::size_t>(settings_.max_queue_size)) {
    throw queue_full(waiting_.size(), static_cast<std::size_t>(settings_.max_queue_size));
  }
  Turn turn;
  const auto place = waiting_.insert(waiting_.end(), &turn);
  const auto come = [&] { return turn.come || turn.stopped; };
  if (deadline) {
    turn.called.wait_until(lock, stop, *deadline, come);
  } else {
    turn.called.wait(lock, stop, come);
  }
  if (turn.come) {  // leave() counted it as running and took it off the list
    runner_ = std::this_thread::get_id();
    return true;
  }
  if (turn.stopped) throw stopped();
  waiting_.erase(place);
  throw given_up_queued(
      stop.stop_requested() ? ErrorCode::kCancelled : ErrorCode::kDeadlineExceeded, id);
}

void InProcess::leave() noexcept {
  const std::lock_guard lock(mutex_);
  --running_;
  runner_ = {};
  if (!waiting_.empty()) {
    Turn* next = waiting_.front();
    waiting_.pop_front();
    next->come = true;
    ++running_;
    next->called.notify_one();
  } else if (running_ == 0) {
    idle_.notify_all();
  }
}

void InProcess::loaded() noexcept { events_->raise({.kind = EventKind::kReady, .pid = getpid()}); }

void InProcess::close() noexcept {
  {
    std::unique_lock lock(mutex_);
    closed_ = true;
    idle_.wait_until(lock, after(Clock::now(), settings_.drain_timeout),
                     [this] { return running_ == 0 && waiting_.empty(); });
    for (Turn* turn : std::exchange(waiting_, {})) {
      turn->stopped = true;
      turn->called.notify_one();
    }
  }
  events_->raise({.kind = EventKind::kStopped});
}

Stats InProcess::stats() const {
  const std::lock_guard lock(mutex_);
  Stats stats;
  stats.requests = requests_;
  stats.succeeded = succeeded_;
  stats.failed = failed_;
  stats.in_flight = static_cast<int>(requests_ - succeeded_ - failed_);
  stats.queued = static_cast<int>(waiting_.size());
  latency_.report(stats);
  return stats;
}

Health InProcess::health() const {
  const std::lock_guard lock(mutex_);
  Health health;
  health.state = closed_ ? PoolState::kStopped : PoolState::kReady;
  return health;
}

}  // namespace inferpool::pool
