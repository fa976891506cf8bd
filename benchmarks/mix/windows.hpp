// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <thread>
#include <vector>

#include "measure/timing.hpp"

namespace bench {

// A thread that makes calls, whose number is read in windows of equal length. Windows in which the
// hypervisor ran something else are marked, because they tell nothing of the calls.
class Windows {
 public:
  static constexpr Nanoseconds kLength = std::chrono::milliseconds(10);
  struct Window {
    double rate = 0;      // calls per second
    bool stolen = false;  // the hypervisor took processor time
  };

  // Calls from now on until the object ends.
  explicit Windows(std::function<void()> call);

  // The next so many windows.
  [[nodiscard]] std::vector<Window> watch(int count, Nanoseconds length = kLength);

 private:
  std::atomic<std::uint64_t> calls_{0};
  std::jthread thread_;
};

// The median rate of the windows that were not stolen.
[[nodiscard]] double median_rate(const std::vector<Windows::Window>& windows);

}  // namespace bench
