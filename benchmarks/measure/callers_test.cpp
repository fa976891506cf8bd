// SPDX-License-Identifier: Apache-2.0
#include "measure/callers.hpp"

#include <array>
#include <stdexcept>

#include "catch.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST_CASE("each caller has its number, and all of them call until they are stopped") {
  std::array<std::atomic<int>, 3> calls{};
  std::atomic<int> inside = 0;
  Callers callers(3, [&](int caller) {
    ++inside;
    ++calls[static_cast<std::size_t>(caller)];
    calls[static_cast<std::size_t>(caller)].notify_all();
    --inside;
  });
  for (int round = 0; round < 2; ++round) {
    for (std::atomic<int>& count : calls) count = 0;
    callers.start();
    for (std::atomic<int>& count : calls) count.wait(0);
    callers.stop();
    CHECK(inside == 0);
  }
}

TEST_CASE("each caller leaves each measurement once") {
  std::atomic<int> left = 0;
  Callers callers(
      2, [](int) {}, [&](int) { ++left; });
  CHECK(left == 0);
  CHECK(callers.rate(1ms) >= 0);
  CHECK(left == 2);
  CHECK(callers.rate(1ms) >= 0);
  CHECK(left == 4);
}

TEST_CASE("what an operation throws ends its measurement, and no other") {
  std::atomic<bool> fails = true;
  std::atomic<bool> failed = false;
  Callers callers(2, [&](int) {
    if (!fails) return;
    failed = true;
    failed.notify_all();
    throw std::runtime_error("no answer");
  });
  callers.start();
  failed.wait(false);
  CHECK_THROWS_WITH(callers.stop(), inferpool::test::contains("no answer"));
  fails = false;
  callers.start();
  CHECK_NOTHROW(callers.stop());
}

}  // namespace
}  // namespace bench
