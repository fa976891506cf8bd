// SPDX-License-Identifier: Apache-2.0
// What happens at an index whose process is gone: it ended, was never made, or is lost. When the
// next one starts, and when the breaker opens.
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/fleet/fleet.hpp"
#include "pool/fleet/worker_news.hpp"

namespace inferpool::pool::fleet {

using Stage = Member::Stage;

void Fleet::ended(const reports::WorkerEnd& end, core::TimePoint now) noexcept {
  Member* const member = find(end.generation);
  if (member == nullptr) return;
  if (member->stage == Stage::kLost) {
    if (end.lost == reports::Lost::kNot)
      members_.erase(members_.begin() + (member - members_.data()));
    return;
  }
  // What it said before it ended counts. But a dead successor does not replace a worker that lives.
  if (end.was_ready && !member->successor) ready(end.generation, now);
  gone(*member, end, now);
}

// Removes its entry, or keeps it as that of a lost worker.
void Fleet::gone(Member& member, const reports::WorkerEnd& end, core::TimePoint now) noexcept {
  const Member was = member;
  if (end.lost == reports::Lost::kNot) {
    members_.erase(members_.begin() + (&member - members_.data()));
  } else {
    member.stage = Stage::kLost;
    member.successor = false;
  }
  if (was.stage == Stage::kRetiring) {
    retired(was, end);
  } else if (was.successor) {
    successor_gone(end, reports::start_failed(end), now);
  } else {
    holder_gone(was, end, now);
  }
  refuse_where_no_start_may_be();
}

void Fleet::holder_gone(const Member& member, const reports::WorkerEnd& end,
                        core::TimePoint now) noexcept {
  const bool was_ready = member.stage == Stage::kReady;
  // During the first start each end counts as a failed start: the pool's constructor reports it.
  if (!was_ready || first_start_pending()) {
    port_.lose_calls(end);
    return start_failed(end, reports::start_failed(end), now);
  }
  const auto lost = member.asked_to_leave
                        ? std::nullopt
                        : std::optional(reports::worker_lost(end, 0, Phase::kNone));
  if (lost) count_death(*lost);
  port_.lose_calls(end);
  if (lost) tell(event_of(EventKind::kDied, end, lost));
  const bool useful = port_.served(end.index) > 0 || member.asked_to_leave || !end.reason.empty();
  const core::TimePoint next = succession(end.index).schedule.after_death(now, useful);
  if (!promote_successor(end.index)) restart_at(next, now, end);
}

void Fleet::start_failed(const reports::WorkerEnd& end, const Error& error,
                         core::TimePoint now) noexcept {
  given_up_ = given_up_ || first_start_pending();
  last_failure_ = failed_start_ = error;
  tell(event_of(EventKind::kStartFailed, end, error));
  if (++failures_in_a_row_ >= backoff_.breaker) {
    open_breaker(core::error_or(ErrorCode::kUnavailable, [&] {
      return Error(ErrorCode::kUnavailable,
                   core::formatted(
                       "no worker lives, and the last {} starts failed (restart_backoff.breaker is "
                       "{}); the pool keeps trying; the last failure: {}",
                       failures_in_a_row_, backoff_.breaker, error.what()),
                   error.details());
    }));
  }
  restart_at(succession(end.index).schedule.after_failed_start(now), now, end);
}

void Fleet::restart_at(core::TimePoint when, core::TimePoint now,
                       const reports::WorkerEnd& last) noexcept {
  succession(last.index).next_start = when;
  if (given_up_) return;
  Event event = event_of(EventKind::kRestarting, last);
  event.delay = when - now;
  tell(std::move(event));
}

// True: the successor is on its way already and becomes the process of this index.
bool Fleet::promote_successor(int index) noexcept {
  for (Member& member : members_) {
    if (!member.successor || member.index != index) continue;
    member.successor = false;
    if (member.stage == Stage::kOrdered) return true;
    succession(index).generation = member.generation;
    ++starts_;
    return true;
  }
  return false;
}

void Fleet::successor_gone(const reports::WorkerEnd& end, const Error& error,
                           core::TimePoint now) noexcept {
  next_successor_ = successors_.after_failed_start(now);
  last_failure_ = error;
  tell(event_of(EventKind::kStartFailed, end, error));
  Event event = event_of(EventKind::kRestarting, end);
  event.delay = *next_successor_ - now;
  tell(std::move(event));
}

void Fleet::retired(const Member& member, const reports::WorkerEnd& end) noexcept {
  const bool left = member.asked_to_leave;
  const auto lost = left ? std::nullopt : std::optional(reports::worker_lost(end, 0, Phase::kNone));
  lost ? count_death(*lost) : static_cast<void>(++recycled_);
  port_.lose_calls_of_retiring(end);
  Event event = event_of(left ? EventKind::kRecycled : EventKind::kDied, end, lost);
  if (left)
    event.text = core::text_or("", [&] {
      const bool orderly =
          end.lost == reports::Lost::kNot && !end.status.signal && end.status.code.value_or(0) == 0;
      return orderly ? recycle_reason_ : recycle_reason_ + "; " + reports::to_string(end);
    });
  tell(std::move(event));
}

void Fleet::count_death(const Error& error) noexcept {
  ++deaths_;
  if (error.details().hung) ++hung_;
  last_failure_ = error;
}

// A worker that lives keeps serving; when it ends, its index is started again first.
void Fleet::open_breaker(const Error& unavailable) noexcept {
  if (live() > 0) return;
  port_.refuse_calls(unavailable);
  if (!std::exchange(breaker_open_, true))
    tell({.kind = EventKind::kBreakerOpened, .error = unavailable});
}

// Otherwise calls would wait for a start that may never come.
void Fleet::refuse_where_no_start_may_be() noexcept {
  if (lost() < workers() || breaker_open_ || close_deadline_) return;
  open_breaker(core::error_or(ErrorCode::kUnavailable, [&] {
    return Error(
        ErrorCode::kUnavailable,
        core::formatted(
            "no worker lives, and none is started before the kernel has ended one of the {} "
            "that were killed (workers is {}): they sleep uninterruptibly, or a debugger "
            "holds them; the last failure: {}",
            lost(), workers(), last_failure_ ? last_failure_->what() : "none"));
  }));
}

}  // namespace inferpool::pool::fleet
