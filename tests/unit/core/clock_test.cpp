// SPDX-License-Identifier: Apache-2.0
#include "core/clock.hpp"

#include "catch.hpp"

namespace inferpool {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr TimePoint kNow{1h};

TEST_CASE("a time after another is their sum, or the last or first time where there is none",
          "[H10]") {
  STATIC_REQUIRE(after(kNow, 3ns) == kNow + 3ns);
  STATIC_REQUIRE(after(kNow, -3ns) == kNow - 3ns);
  STATIC_REQUIRE(after(kNow, 0ns) == kNow);
  CHECK(after(kNow, nanoseconds::max()) == TimePoint::max());
  CHECK(after(kNow, nanoseconds::min()) == kNow - nanoseconds::max() - 1ns);
  CHECK(after(TimePoint::max(), 1ns) == TimePoint::max());
  CHECK(after(TimePoint::max(), nanoseconds::max()) == TimePoint::max());
  CHECK(after(TimePoint::min(), -1ns) == TimePoint::min());
  CHECK(after(TimePoint::min(), nanoseconds::min()) == TimePoint::min());
  CHECK(after(TimePoint::max(), -1ns) == TimePoint::max() - 1ns);
  CHECK(after(kNow, nanoseconds::max() - kNow.time_since_epoch()) == TimePoint::max());
}

TEST_CASE("the last time there is never passes, and the first one has passed", "[H10]") {
  CHECK_FALSE(passed(TimePoint::max(), Clock::now()));
  CHECK(passed(TimePoint::min(), Clock::now()));
  CHECK_FALSE(passed(std::nullopt, Clock::now()));
}

}  // namespace
}  // namespace inferpool
