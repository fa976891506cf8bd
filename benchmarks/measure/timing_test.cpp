// SPDX-License-Identifier: Apache-2.0
#include "measure/timing.hpp"

#include "catch.hpp"

namespace bench {
namespace {

TEST_CASE("each operation gives one sample, and there is one at least") {
  int calls = 0;
  Samples samples;
  time_each(Nanoseconds(0), samples, [&] { ++calls; });
  CHECK(calls == 1);
  CHECK(samples.size() == 1);
}

TEST_CASE("the warm-up is not among the samples") {
  int calls = 0;
  Samples samples;
  time_each_warm(Nanoseconds(0), samples, [&] { ++calls; });
  CHECK(calls == 2);
  CHECK(samples.size() == 1);
}

TEST_CASE("a batch gives the time of one of its operations") {
  int calls = 0;
  Samples samples;
  const Clock::time_point begin = Clock::now();
  time_batches(Nanoseconds(0), 100, samples, [&] { ++calls; });
  CHECK(calls == 100);
  REQUIRE(samples.size() == 1);
  CHECK(samples.quantile(0.5) * 100 <= nanoseconds(Clock::now() - begin) + 1);
}

}  // namespace
}  // namespace bench
