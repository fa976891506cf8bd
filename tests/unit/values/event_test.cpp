// SPDX-License-Identifier: Apache-2.0
#include <inferpool/event.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

TEST_CASE("each kind of event has its name") {
  REQUIRE(name(EventKind::kStarted) == "started");
  REQUIRE(name(EventKind::kReady) == "ready");
  REQUIRE(name(EventKind::kLate) == "late");
  REQUIRE(name(EventKind::kDied) == "died");
  REQUIRE(name(EventKind::kStartFailed) == "start_failed");
  REQUIRE(name(EventKind::kRestarting) == "restarting");
  REQUIRE(name(EventKind::kRecycled) == "recycled");
  REQUIRE(name(EventKind::kBreakerOpened) == "breaker_opened");
  REQUIRE(name(EventKind::kBreakerClosed) == "breaker_closed");
  REQUIRE(name(EventKind::kHandlerThrew) == "handler_threw");
  REQUIRE(name(EventKind::kStopped) == "stopped");
  REQUIRE(name(static_cast<EventKind>(200)) == "?");
}

}  // namespace
}  // namespace inferpool
