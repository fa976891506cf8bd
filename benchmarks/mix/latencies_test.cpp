// SPDX-License-Identifier: Apache-2.0
#include "mix/latencies.hpp"

#include "catch.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a quantile of latencies is at most a sixteenth above the latency") {
  const auto latency = GENERATE(0ns, 1ns, 15ns, 16ns, 17ns, 31ns, 32ns, 100ns, 999ns, 123'456ns,
                                7'777'777ns, 1'000'000'000ns);
  Latencies latencies;
  latencies.add(latency);
  const auto exact = static_cast<double>(latency.count());
  CHECK(latencies.quantile(0.5) >= exact);
  CHECK(latencies.quantile(0.5) <= exact * 17 / 16 + 1);
}

TEST_CASE("a quantile divides the latencies by their number") {
  Latencies latencies;
  for (int i = 1; i <= 1000; ++i) latencies.add(std::chrono::microseconds(i));
  CHECK(latencies.count() == 1000);
  CHECK(latencies.quantile(0.99) >= 991'000);
  CHECK(latencies.quantile(0.99) <= 991'000 * 17.0 / 16);
  CHECK(latencies.quantile(0.5) <= 501'000 * 17.0 / 16);
}

TEST_CASE("latencies of two times are counted together, and without any each quantile is 0") {
  Latencies one;
  CHECK(one.quantile(0.99) == 0);
  Latencies other;
  other.add(10us);
  one.add(other);
  one.add(other);
  CHECK(one.count() == 2);
}

}  // namespace
}  // namespace bench
