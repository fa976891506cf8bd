// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <inferpool/model.hpp>
#include <thread>

namespace bench {

// Sleeps as many nanoseconds as its input (a scalar, UINT64) says. Its answer is its input.
struct SleepModel {
  static constexpr bool thread_safe = true;

  explicit SleepModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor& time) {
    std::this_thread::sleep_for(std::chrono::nanoseconds(time.values<std::uint64_t>().front()));
    return time;
  }
};

}  // namespace bench
