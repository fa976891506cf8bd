// SPDX-License-Identifier: Apache-2.0
#include "mix/yield_floor.hpp"

#include <chrono>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST_CASE("each caller of a floor gets its answers, also after a rest") {
  const int servers = GENERATE(1, 3);
  YieldFloor floor(servers);
  CHECK(floor.servers().size() == static_cast<std::size_t>(servers));
  for (int round = 0; round < 2; ++round) {
    floor.serve(4);
    std::vector<std::jthread> callers;
    for (int caller = 0; caller < 4; ++caller)
      callers.emplace_back([&floor, caller] {
        for (int call = 0; call < 50; ++call) floor.call(caller, {});
      });
    callers.clear();
    floor.serve(0);
    for (int caller = 0; caller < 4; ++caller)
      CHECK(floor.answered(caller) == static_cast<std::uint32_t>(50 * (round + 1)));
  }
}

TEST_CASE("a floor answers once it has done the work") {
  YieldFloor floor(1);
  floor.serve(1);
  const auto begin = std::chrono::steady_clock::now();
  const std::uint32_t number = floor.ask(0, {.asleep = 3'000'000});
  while (floor.answered(0) != number) sched_yield();
  CHECK(std::chrono::steady_clock::now() - begin >= 3ms);
}

}  // namespace
}  // namespace bench
