// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/stats.hpp>

namespace inferpool::pool::fleet {

// What is told of a fleet at one moment. A plain value.
struct FleetStatus {
  struct Worker {
    int index = 0;
    int generation = 0;
    int pid = 0;
    WorkerState state = WorkerState::kDown;
  };

  std::vector<Worker> workers = {};  // by place; then a successor or the one that retires
  int total = 0;                     // places
  int live = 0;                      // of these, that serve
  std::uint64_t starts = 0;
  std::uint64_t deaths = 0;
  std::uint64_t hung = 0;  // of these
  std::uint64_t recycled = 0;
  bool was_ready = false;  // all at once, some time
  std::optional<Error> last_failure = {};
  std::optional<Error> failed_start = {};
};

}  // namespace inferpool::pool::fleet
