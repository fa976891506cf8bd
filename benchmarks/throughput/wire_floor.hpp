// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "measure/futex.hpp"

namespace bench {

// The floor of work in other processes. Each process has two slots, with a request word and an
// answer word each. So it has one request posted ahead, like a pool's worker under load. There are
// no frames, no queue and no statistics. Each slot has one caller; both sides sleep while they
// wait.
class WireFloor {
 public:
  static constexpr int kDepth = 2;  // slots per process

  // Forks the processes; throws std::system_error.
  explicit WireFloor(int processes);
  ~WireFloor();
  WireFloor(const WireFloor&) = delete;
  WireFloor& operator=(const WireFloor&) = delete;

  [[nodiscard]] int callers() const noexcept { return static_cast<int>(pids_.size()) * kDepth; }

  // Lets a process do the work, and waits for it. Each `caller`, 0..callers() - 1, makes one call
  // at a time.
  void call(int caller, std::uint64_t rounds) noexcept;

 private:
  struct Slot;
  struct Process;

  void start_one(std::size_t index);

  std::vector<pid_t> pids_;
  std::size_t bytes_;
  Process* processes_;  // in shared memory
};

}  // namespace bench
