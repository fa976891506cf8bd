// SPDX-License-Identifier: Apache-2.0
#include "load.hpp"

#include <chrono>
#include <cstddef>
#include <numeric>
#include <thread>
#include <vector>

double calls_per_second(inferpool::Pool<>& pool, const inferpool::Request& request) {
  constexpr std::size_t kCallers = 4;
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const auto end = start + std::chrono::seconds(1);
  std::vector<std::size_t> answered(kCallers);
  {
    std::vector<std::jthread> callers;
    for (std::size_t& count : answered) {
      callers.emplace_back([&] {
        std::size_t done = 0;
        while (Clock::now() < end && pool.try_infer(request)) ++done;
        count = done;
      });
    }
  }
  const auto all = std::accumulate(answered.begin(), answered.end(), std::size_t{0});
  return static_cast<double>(all) / std::chrono::duration<double>(Clock::now() - start).count();
}
