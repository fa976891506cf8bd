// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <vector>

#include "mix/mix.hpp"

namespace bench {

// The floor of calls to other processes when nobody ever sleeps: who waits looks a few times, then
// yields its processor, again and again. Each caller has a slot; each server looks at all of them.
// There are no frames, no queue and no statistics.
class YieldFloor {
 public:
  static constexpr int kMostCallers = 32;

  // Forks the servers, which sleep until serve(). Throws std::system_error.
  explicit YieldFloor(int servers);
  ~YieldFloor();
  YieldFloor(const YieldFloor&) = delete;
  YieldFloor& operator=(const YieldFloor&) = delete;

  // From now on the servers serve the callers 0..callers - 1; 0: they sleep.
  void serve(int callers) noexcept;
  // Each caller makes one call at a time.
  void call(int caller, const Work& work) noexcept;

  [[nodiscard]] const std::vector<pid_t>& servers() const noexcept { return pids_; }

 private:
  struct Shared;

  Shared* shared_;
  std::vector<pid_t> pids_;
};

}  // namespace bench
