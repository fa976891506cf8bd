// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/call_deadline.hpp"

#include "catch.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a call without a timeout or a deadline has none", "[H10]") {
  CHECK_FALSE(has_deadline({}, std::nullopt));
  CHECK_FALSE(call_deadline({}, std::nullopt));
  CHECK(has_deadline({}, 1s));
  CHECK(has_deadline({.timeout = 1s}, std::nullopt));
  CHECK(has_deadline({.deadline = core::TimePoint(1s)}, std::nullopt));
}

TEST_CASE("a deadline is the call's timeout from now, else the pool's, or an earlier deadline",
          "[H10]") {
  const core::TimePoint before = core::Clock::now();
  const core::Deadline own = call_deadline({.timeout = 1h}, 10h);
  CHECK(own >= before + 1h);
  CHECK(own <= core::Clock::now() + 1h);
  CHECK(call_deadline({}, 10h) >= before + 10h);
  CHECK(call_deadline({.timeout = 1h, .deadline = before}, 10h) == before);
  const core::Deadline earlier = call_deadline({.timeout = 1h, .deadline = before + 2h}, 10h);
  CHECK(earlier <= core::Clock::now() + 1h);
}

TEST_CASE("a timeout that no clock reaches is none", "[H10]") {
  CHECK_FALSE(call_deadline({.timeout = Duration::max()}, std::nullopt));
  CHECK_FALSE(call_deadline({.timeout = Duration::max()}, 1s));
  CHECK_FALSE(call_deadline({.deadline = core::TimePoint::max()}, std::nullopt));
  CHECK(call_deadline({.timeout = Duration::max(), .deadline = core::TimePoint(1h)},
                      std::nullopt) == core::TimePoint(1h));
}

TEST_CASE("a timeout of nothing or less has passed", "[H10]") {
  const auto timeout = GENERATE(as<Duration>(), Duration::min(), -1ns, 0ns);
  const core::Deadline deadline = call_deadline({.timeout = timeout}, std::nullopt);
  CHECK(core::passed(deadline, core::Clock::now()));
  CHECK(core::passed(call_deadline({.deadline = core::TimePoint::min()}, std::nullopt),
                     core::Clock::now()));
  CHECK(core::passed(call_deadline({.deadline = core::TimePoint()}, 1s), core::Clock::now()));
}

TEST_CASE("a call is over when its caller asked it to stop, else when its time has passed") {
  std::stop_source stop;
  const core::Deadline deadline = core::TimePoint(1h);
  CHECK_FALSE(why_over(stop.get_token(), deadline, core::TimePoint(1h) - 1ns));
  CHECK(why_over(stop.get_token(), deadline, core::TimePoint(1h)) == ErrorCode::kDeadlineExceeded);
  CHECK_FALSE(why_over(stop.get_token(), std::nullopt));
  stop.request_stop();
  CHECK(why_over(stop.get_token(), deadline, core::TimePoint(1h)) == ErrorCode::kCancelled);
  CHECK(why_over(stop.get_token(), std::nullopt) == ErrorCode::kCancelled);
}

TEST_CASE("a call that is over when it comes is refused like a waiting one, by its number") {
  CHECK_NOTHROW(refuse_late(7, {}, std::nullopt));
  CHECK_NOTHROW(refuse_late(7, {}, core::Clock::now() + 1h));
  try {
    refuse_late(7, {}, core::Clock::now() - 1ns);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
    CHECK(error.phase() == Phase::kQueued);
    CHECK(error.details().request_id == 7);
  }
}

}  // namespace
}  // namespace inferpool::pool::calls
