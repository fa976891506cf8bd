// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/stats.hpp>

namespace inferpool::pool::fleet {

// The state of a fleet at one moment. A plain value.
struct FleetStatus {
  struct Worker {
    int index = 0;
    int generation = 0;
    int pid = 0;
    WorkerState state = WorkerState::kDown;
  };

  std::vector<Worker> workers = {};  // by index; then a successor or a retiring worker
  int total = 0;                     // indices
  int live = 0;                      // of these, those that serve
  std::uint64_t starts = 0;
  std::uint64_t deaths = 0;
  std::uint64_t hung = 0;  // of the deaths
  std::uint64_t recycled = 0;
  bool was_ready = false;  // all workers were ready at once at some time
  std::optional<Error> last_failure = {};
  std::optional<Error> failed_start = {};
};

}  // namespace inferpool::pool::fleet
