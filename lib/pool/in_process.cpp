// SPDX-License-Identifier: Apache-2.0
#include "pool/in_process.hpp"

#include <unistd.h>

#include <optional>
#include <utility>

#include "core/failure.hpp"
#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/calls/call_deadline.hpp"
#include "pool/calls/caller_context.hpp"
#include "pool/calls/delivery.hpp"
#include "pool/reports/call_errors.hpp"
#include "wire/payload_limit.hpp"
#include "wire/reply.hpp"
#include "wire/traceparent.hpp"

namespace inferpool::pool {
namespace {

// The error for an exception of the model's constructor. Call it in a catch block.
Error load_error(const Settings& settings) {
  const core::Failure failure = core::current_failure();
  ErrorDetails details;
  details.phase = Phase::kStarting;
  details.exception_type = failure.type;
  details.exception_text = failure.text;
  return {
      ErrorCode::kStartupFailed,
      core::formatted("the model \"{}\" did not load in this process (workers is 0): {}{}{}",
                      settings.name, failure.type, failure.text.empty() ? "" : ": ", failure.text),
      std::move(details)};
}

// Rethrows an exception of the model as an Error. Call it in a catch block.
[[noreturn]] void rethrow_as_ours(std::uint64_t id) {
  try {
    throw;
  } catch (const Error& error) {
    if (wire::reaches_caller(error.code())) throw;
  } catch (...) {
    // Every other exception becomes model_failed, below.
  }
  throw core::error_or(ErrorCode::kModelFailed,
                       [&] { return wire::model_failed(core::current_failure(), id); });
}

std::size_t payload_of(const detail::Job& job, std::uint64_t id) {
  try {
    return job.payload();
  } catch (...) {
    reports::rethrow_unencodable(id);
  }
}

}  // namespace

InProcess::InProcess(Settings settings, const detail::ModelTraits& traits)
    : Backend(std::move(settings)),
      load_(traits.load),
      events_(std::make_shared<reports::Events>(this->settings())),
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
  dispatch::CallTicks marks;
  marks.begun = marks.admitted = core::ticks();  // nothing is copied
  const std::uint64_t id = count([](dispatch::CallCounts& counts) { return counts.begin(); });
  try {
    run(id, job, options, marks);
  } catch (...) {
    count([](dispatch::CallCounts& counts) { counts.fail(); });
    throw calls::current_error();
  }
  marks.seen = marks.decoded = core::ticks();
  count([&](dispatch::CallCounts& counts) {
    counts.succeed();
    counts.time(dispatch::stages_of(marks, {.started = marks.turn, .ended = marks.seen}));
  });
}

void InProcess::run(std::uint64_t id, detail::Job& job, const InferOptions& options,
                    dispatch::CallTicks& marks) {
  const core::Deadline deadline = calls::call_deadline(options, settings().request_timeout);
  calls::refuse_late(id, options.stop, deadline);
  wire::check_traceparent(options.traceparent.text());
  wire::check_payload("a request", payload_of(job, id), max_payload());
  marks.turn = turns_.enter(id, deadline, options.stop) ? core::ticks() : marks.admitted;
  calls::CallerContext context(deadline, options, max_payload());
  const std::size_t reply = ask_model(id, job, context);
  wire::check_payload("a reply", reply, max_payload());
  if (const auto why = calls::why_over(options.stop, deadline))
    throw reports::given_up(*why, id, Phase::kRunning, "while the model ran it in this process");
}

std::size_t InProcess::ask_model(std::uint64_t id, detail::Job& job, Context& context) {
  struct Leave {
    dispatch::Turns& turns;
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
  const std::shared_ptr<reports::Events> events = events_;
  std::optional<Error> error;
  try {
    infer(*job, options);
  } catch (...) {
    error = calls::current_error();
  }
  calls::deliver_and_wait(*job, error, *events);  // may destroy the pool
}

detail::StorageRef InProcess::allocate(std::size_t size) { return detail::heap_storage(size); }

void InProcess::close() noexcept {
  turns_.close(core::after(core::Clock::now(), settings().drain_timeout));
  events_->raise({.kind = EventKind::kStopped});
}

bool InProcess::wait_ready(core::TimePoint /*deadline*/) { return !turns_.closed(); }

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
