// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/waited_call.hpp"

#include "pool/calls/call_deadline.hpp"

namespace inferpool::pool::calls {

WaitedCall::News WaitedCall::take_news(detail::Job& job) {
  for (;;) {
    if (waiter.seen() != seen_) look_again();
    if (snapshot_.state == dispatch::CallState::kDone) return News::kFailure;
    if (snapshot_.answered()) {
      if (protocol_.collect(call, snapshot_, job)) return News::kAnswer;
      look_again();
    } else if (call.streams && snapshot_.part_available()) {
      if (protocol_.collect_part(call, snapshot_, job)) return News::kPart;
      look_again();
    } else {
      if (!stop_.stop_requested()) return News::kNone;
      protocol_.give_up(call, ErrorCode::kCancelled);
      if (!has_news()) return News::kNone;
    }
  }
}

void WaitedCall::check(core::TimePoint now, bool processor_free) noexcept {
  snapshot_.processor_free = processor_free;
  protocol_.check(call, snapshot_);
  if (!available() && core::passed(call.deadline, now))
    protocol_.give_up(call, ErrorCode::kDeadlineExceeded);
}

void WaitedCall::end_if_over() noexcept {
  if (const auto why = why_over(stop_, call.deadline)) protocol_.give_up(call, *why);
}

void WaitedCall::look_again() {
  seen_ = waiter.seen();
  snapshot_ = protocol_.look(call);
}

}  // namespace inferpool::pool::calls
