// SPDX-License-Identifier: Apache-2.0
// How a worker ends whose runs take too long.
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/dispatch/worker_queue.hpp"

namespace inferpool::pool::dispatch {

void WorkerQueue::end_overdue(core::TimePoint now, Duration cancel_grace, Duration hang_timeout) {
  if (hung()) {
    if (core::passed(kill_hung_at_, now)) channel_->kill({});  // abort() has given the reason
    return;
  }
  if (core::passed(kill_not_started_at_, now)) {
    ask_for_stack(now, core::text_or("it is late", [&] {
                    return core::formatted(
                        "it did not start a request, even {} s (cancel_grace) after "
                        "the request's caller had left",
                        core::seconds(cancel_grace));
                  }));
    out_of_time_ = true;
  }
  give_turns();
  std::size_t in_hand = 0;
  for (Run& run : runs_) {
    if (answered(run)) {
      if (!std::exchange(run.over, true)) ++over_;
      if (run.call != nullptr) run.call->note_seen();
      continue;
    }
    if (in_hand++ < concurrency_ && !run.started) run.started = now;
    end_if_overdue(run, now, cancel_grace, hang_timeout);
  }
}

void WorkerQueue::end_if_overdue(Run& run, core::TimePoint now, Duration cancel_grace,
                                 Duration hang_timeout) {
  // The worker waits for the caller to take a part.
  const bool waits = run.call != nullptr && channel_->part_available(run.sequence);
  const bool stood = run.call != nullptr && run.call->next_seen();
  if (run.over || (stood && !waits)) {
    channel_->kill(core::text_or(
        "violation", [] { return core::formatted("protocol violation: {}", kTookBack); }));
  } else if (core::passed(run.kill_at, now)) {
    ask_for_stack(now, core::text_or("it is late", [&] {
                    return core::formatted(
                        "its run went on {} s (cancel_grace) after its caller had left",
                        core::seconds(cancel_grace));
                  }));
  } else if (hang_timeout > Duration::zero() && run.started && now - *run.started >= hang_timeout &&
             !waits) {
    ask_for_stack(now, core::text_or("hung", [&] {
                    return core::formatted("hung: a request ran longer than hang_timeout ({} s)",
                                           core::seconds(hang_timeout));
                  }));
  } else {
    if (waits) run.call->note_seen();
    return;
  }
  run.overdue = out_of_time_ = true;
}

void WorkerQueue::ask_for_stack(core::TimePoint now, const std::string& reason) {
  if (hung()) return;
  channel_->abort(reason);
  kill_hung_at_ = core::after(now, reports::kStackGrace);
}

}  // namespace inferpool::pool::dispatch
