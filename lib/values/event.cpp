// SPDX-License-Identifier: Apache-2.0
#include <inferpool/event.hpp>

namespace inferpool {

std::string_view name(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::kStarted:
      return "started";
    case EventKind::kReady:
      return "ready";
    case EventKind::kLate:
      return "late";
    case EventKind::kDied:
      return "died";
    case EventKind::kStartFailed:
      return "start_failed";
    case EventKind::kRestarting:
      return "restarting";
    case EventKind::kRecycled:
      return "recycled";
    case EventKind::kBreakerOpened:
      return "breaker_opened";
    case EventKind::kBreakerClosed:
      return "breaker_closed";
    case EventKind::kHandlerThrew:
      return "handler_threw";
    case EventKind::kStopped:
      return "stopped";
  }
  return "?";
}

}  // namespace inferpool
