// SPDX-License-Identifier: Apache-2.0
#include "measure/durations.hpp"

#include <chrono>

#include "catch.hpp"
#include "measure/timing.hpp"

namespace bench {
namespace {

TEST_CASE("a duration is seen in milliseconds") {
  const Instrument clock = durations();
  REQUIRE(clock.blindness().empty());
  CHECK(clock.measure([] {}) < 1'000);
  const auto spin = [] {
    for (const auto end = Clock::now() + std::chrono::milliseconds(5); Clock::now() < end;)
      continue;
  };
  CHECK(clock.measure(spin) >= 5);
}

}  // namespace
}  // namespace bench
