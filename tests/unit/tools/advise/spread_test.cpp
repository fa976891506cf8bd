// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/spread.hpp"

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;
using std::chrono::milliseconds;

// Calls that end at these milliseconds.
std::vector<TimePoint> at(const std::vector<int>& times) {
  std::vector<TimePoint> ends;
  for (const int time : times) ends.emplace_back(milliseconds(time));
  return ends;
}

TEST_CASE("a spread is the median between the quartiles") {
  const Spread spread = spread_of({50, 10, 40, 20, 30});
  CHECK(spread.low == 20);
  CHECK(spread.median == 30);
  CHECK(spread.high == 40);
}

TEST_CASE("a rate counts the calls after the first end") {
  CHECK(rate_of(at({100, 200, 300}), 1).median == Approx(10));
  CHECK(rate_of(at({300, 100, 200}), 1).median == Approx(10));
}

TEST_CASE("calls that run side by side and end together have the rate of all of them") {
  std::vector<int> times;
  for (int round = 1; round <= 47; ++round) times.insert(times.end(), 4, 100 * round);
  const Spread rate = rate_of(at(times), 4);
  CHECK(rate.low == Approx(40));
  CHECK(rate.median == Approx(40));
  CHECK(rate.high == Approx(40));
}

TEST_CASE("a rate that varies shows in its quartiles, and one slow part does not move its median") {
  std::vector<int> times{0};
  for (int i = 0; i < 20; ++i) times.push_back(times.back() + 10);
  for (int i = 0; i < 4; ++i) times.push_back(times.back() + 1'000);
  for (int i = 0; i < 16; ++i) times.push_back(times.back() + 10);
  const Spread rate = rate_of(at(times), 1);
  CHECK(rate.median == Approx(100));
  std::vector<int> halves{0};
  for (int i = 0; i < 20; ++i) halves.push_back(halves.back() + 10);
  for (int i = 0; i < 20; ++i) halves.push_back(halves.back() + 20);
  CHECK(rate_of(at(halves), 1).low == Approx(50));
  CHECK(rate_of(at(halves), 1).high == Approx(100));
}

TEST_CASE("fewer calls than run at once have a rate, too, and ends at one time have none") {
  CHECK(rate_of(at({0, 500}), 4).median == Approx(2));
  CHECK(rate_of(at({5, 5}), 1).median == 0);
}

}  // namespace
}  // namespace inferpool::test
