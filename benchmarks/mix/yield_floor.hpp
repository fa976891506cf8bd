// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <sys/types.h>

#include <cstddef>
#include <limits>
#include <vector>

#include "measure/futex.hpp"
#include "models/work.hpp"

namespace bench {

// How the floor waits: it looks a few times, then it yields its processor before each look.
class Patience {
 public:
  explicit Patience(int looks) noexcept : looks_(looks) {}

  void wait() noexcept {
    if (waited_ >= looks_) {
      sched_yield();
      return;
    }
    ++waited_;
    relax();
  }
  void renew() noexcept { waited_ = 0; }

 private:
  int looks_;
  int waited_ = 0;
};

// The floor of calls to other processes when nobody ever sleeps: who waits looks a few times, then
// yields, again and again. Each caller has a slot; each server looks at all of them. There are no
// frames, no queue and no statistics.
class YieldFloor {
 public:
  static constexpr int kMostCallers = 32;
  static constexpr int kLooks = 30;                                     // before the first yield
  static constexpr int kNeverYields = std::numeric_limits<int>::max();  // a bare pair of lines

  // Forks the servers, which sleep until serve(). Throws std::system_error.
  explicit YieldFloor(int servers, int looks = kLooks);
  ~YieldFloor();
  YieldFloor(const YieldFloor&) = delete;
  YieldFloor& operator=(const YieldFloor&) = delete;

  // From now on the servers serve the callers 0..callers - 1; 0: they sleep.
  void serve(int callers) noexcept;
  // Each caller makes one call at a time.
  void call(int caller, const Work& work) noexcept;

  // A call in two steps, for one thread that has many under way: ask() returns what answered()
  // returns once the call is answered.
  std::uint32_t ask(int caller, const Work& work) noexcept;
  [[nodiscard]] std::uint32_t answered(int caller) const noexcept;

  [[nodiscard]] const std::vector<pid_t>& servers() const noexcept { return pids_; }

 private:
  struct Shared;

  Shared* shared_;
  int looks_;
  std::vector<pid_t> pids_;
};

}  // namespace bench
