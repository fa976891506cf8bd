// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/pool_configuration.hpp"

#include "catch.hpp"

namespace inferpool::pool::processes {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a worker that wakes early spins if waits may spin and there is a second processor") {
  PoolConfiguration configuration("/bin/true");
  configuration.settings.spin = 50us;
  configuration.processors = 2;
  CHECK(configuration.spins());
  configuration.processors = 1;
  CHECK_FALSE(configuration.spins());
  configuration.processors = 2;
  configuration.settings.spin = 0ns;
  CHECK_FALSE(configuration.spins());
}

}  // namespace
}  // namespace inferpool::pool::processes
