// SPDX-License-Identifier: Apache-2.0
#include "core/clock.hpp"

#include "catch.hpp"

namespace inferpool {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr core::TimePoint kNow{1h};

TEST_CASE("a time plus a duration is their sum, or the last or first time if the sum does not fit",
          "[H10]") {
  STATIC_REQUIRE(core::after(kNow, 3ns) == kNow + 3ns);
  STATIC_REQUIRE(core::after(kNow, -3ns) == kNow - 3ns);
  STATIC_REQUIRE(core::after(kNow, 0ns) == kNow);
  CHECK(core::after(kNow, nanoseconds::max()) == core::TimePoint::max());
  CHECK(core::after(kNow, nanoseconds::min()) == kNow - nanoseconds::max() - 1ns);
  CHECK(core::after(core::TimePoint::max(), 1ns) == core::TimePoint::max());
  CHECK(core::after(core::TimePoint::max(), nanoseconds::max()) == core::TimePoint::max());
  CHECK(core::after(core::TimePoint::min(), -1ns) == core::TimePoint::min());
  CHECK(core::after(core::TimePoint::min(), nanoseconds::min()) == core::TimePoint::min());
  CHECK(core::after(core::TimePoint::max(), -1ns) == core::TimePoint::max() - 1ns);
  CHECK(core::after(kNow, nanoseconds::max() - kNow.time_since_epoch()) == core::TimePoint::max());
}

TEST_CASE("the last time there is never passes, and the first one has passed", "[H10]") {
  CHECK_FALSE(core::passed(core::TimePoint::max(), core::Clock::now()));
  CHECK(core::passed(core::TimePoint::min(), core::Clock::now()));
  CHECK_FALSE(core::passed(std::nullopt, core::Clock::now()));
}

}  // namespace
}  // namespace inferpool
