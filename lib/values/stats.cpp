// SPDX-License-Identifier: Apache-2.0
#include <inferpool/stats.hpp>

namespace inferpool {

std::string_view name(WorkerState state) noexcept {
  switch (state) {
    case WorkerState::kStarting:
      return "starting";
    case WorkerState::kReady:
      return "ready";
    case WorkerState::kLate:
      return "late";
    case WorkerState::kHung:
      return "hung";
    case WorkerState::kDown:
      return "down";
    case WorkerState::kRetiring:
      return "retiring";
  }
  return "?";
}

std::string_view name(PoolState state) noexcept {
  switch (state) {
    case PoolState::kStarting:
      return "starting";
    case PoolState::kReady:
      return "ready";
    case PoolState::kDegraded:
      return "degraded";
    case PoolState::kUnavailable:
      return "unavailable";
    case PoolState::kStopped:
      return "stopped";
  }
  return "?";
}

}  // namespace inferpool
