// SPDX-License-Identifier: Apache-2.0
#include "pool/in_process.hpp"

#include <unistd.h>

#include <optional>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "model/failure.hpp"
#include "model/payload_limit.hpp"
#include "model/reply.hpp"
#include "model/traceparent.hpp"
#include "pool/call_deadline.hpp"
#include "pool/caller_context.hpp"
#include "pool/delivery.hpp"
#include "pool/refusal.hpp"

namespace inferpool::pool {
namespace {

// For the exception that the model's constructor just threw. To be called in a catch block.
Error load_error(const Settings& settings) {
  const Failure failure = current_failure();
  ErrorDetails details;
  details.phase = Phase::kStarting;
  details.exception_type = failure.type;
  details.exception_text = failure.text;
  return {ErrorCode::kStartupFailed,
          formatted("the model \"{}\" did not load in this process (workers is 0): {}{}{}",
                    settings.name, failure.type, failure.text.empty() ? "" : ": ", failure.text),
          std::move(details)};
}

// For what the model just threw. To be called in a catch block.
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

std::size_t payload_of(const detail::Job& job, std::uint64_t id) {
  try {
    return job.payload();
  } catch (...) {
    rethrow_unencodable(id);
  }
}

}  // namespace

InProcess::InProcess(Settings settings, const detail::ModelTraits& traits)
    : Backend(std::move(settings)),
      load_(traits.load),
      events_(std::make_shared<Events>(this->settings())),
      turns_(traits.thread_safe, static_cast<std::size_t>(this->settings().max_queue_size)) {}

InProcess::~InProcess() {
  if (model_) InProcess::close();
}

void InProcess::start() {
  try {
    model_ = load_(settings());
  } catch (...) {
    throw load_error(settings());
  }
  events_->raise({.kind = EventKind::kReady, .pid = getpid()});
}

void InProcess::infer(detail::Job& job, const InferOptions& options) {
  CallTicks marks;
  marks.begun = marks.admitted = ticks();  // nothing is copied
  const std::uint64_t id = count([](CallCounts& counts) { return counts.begin(); });
  try {
    run(id, job, options, marks);
  } catch (...) {
    count([](CallCounts& counts) { counts.fail(); });
    throw current_error();
  }
  marks.seen = marks.decoded = ticks();
  count([&](CallCounts& counts) {
    counts.succeed();
    counts.time(stages_of(marks, {.started = marks.turn, .ended = marks.seen}));
  });
}

void InProcess::run(std::uint64_t id, detail::Job& job, const InferOptions& options,
                    CallTicks& marks) {
  const Deadline deadline = call_deadline(options, settings().request_timeout);
  refuse_late(id, options.stop, deadline);
  model::check_traceparent(options.traceparent.text());
  model::check_payload("a request", payload_of(job, id), max_payload());
  marks.turn = turns_.enter(id, deadline, options.stop) ? ticks() : marks.admitted;
  CallerContext context(deadline, options, max_payload());
  const std::size_t reply = ask_model(id, job, context);
  model::check_payload("a reply", reply, max_payload());
  if (const auto why = why_over(options.stop, deadline))
    throw given_up(*why, id, Phase::kRunning, "while the model ran it in this process");
}

std::size_t InProcess::ask_model(std::uint64_t id, detail::Job& job, Context& context) {
  struct Leave {
    Turns& turns;
    ~Leave() { turns.leave(); }
  };
  const Leave at_end{turns_};
  try {
    return job.run(*model_, context);
  } catch (...) {
    rethrow_as_ours(id);
  }
}

void InProcess::infer_stream(detail::StreamJob& job, const InferOptions& options) {
  try {
    infer(job, options);
  } catch (const Error&) {
    if (!job.ended_by_caller()) throw;
  }
  job.take();
}

void InProcess::submit(std::unique_ptr<detail::AsyncJob> job,
                       const InferOptions& options) noexcept {
  const std::shared_ptr<Events> events = events_;
  std::optional<Error> error;
  try {
    infer(*job, options);
  } catch (...) {
    error = current_error();
  }
  deliver_and_wait(*job, error, *events);  // which may destroy the pool
}

detail::StorageRef InProcess::allocate(std::size_t size) { return detail::heap_storage(size); }

void InProcess::close() noexcept {
  turns_.close(after(Clock::now(), settings().drain_timeout));
  events_->raise({.kind = EventKind::kStopped});
}

bool InProcess::wait_ready(TimePoint /*deadline*/) { return !turns_.closed(); }

Stats InProcess::stats() const {
  Stats stats;
  const std::lock_guard lock(counts_mutex_);
  counts_.report(stats);
  stats.in_flight = counts_.under_way();
  stats.queued = static_cast<int>(turns_.waiting());
  return stats;
}

Health InProcess::health() const {
  Health health;
  health.state = turns_.closed() ? PoolState::kStopped : PoolState::kReady;
  return health;
}

}  // namespace inferpool::pool
