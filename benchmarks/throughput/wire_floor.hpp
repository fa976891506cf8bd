// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "measure/futex.hpp"

namespace bench {

// The floor of work in other processes: each of them has two slots, of a request word and an answer
// word, and so one request ahead of that which it runs, as a pool's worker has under load. No
// frames, no queue, no statistics. One caller to each slot; both sides sleep while they wait.
class WireFloor {
 public:
  static constexpr int kDepth = 2;  // slots of a process

  // Forks the processes; throws std::system_error.
  explicit WireFloor(int processes);
  ~WireFloor();
  WireFloor(const WireFloor&) = delete;
  WireFloor& operator=(const WireFloor&) = delete;

  [[nodiscard]] int callers() const noexcept { return static_cast<int>(pids_.size()) * kDepth; }

  // Lets a process do the work, and waits for it. One call at a time for each `caller`,
  // 0..callers() - 1.
  void call(int caller, std::uint64_t rounds) noexcept;

 private:
  struct Slot;
  struct Process;

  void start_one(std::size_t index);

  std::vector<pid_t> pids_;
  std::size_t bytes_;
  Process* processes_;  // shared
};

}  // namespace bench
