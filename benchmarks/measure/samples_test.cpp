// SPDX-License-Identifier: Apache-2.0
#include "measure/samples.hpp"

#include "catch.hpp"

namespace bench {
namespace {

TEST_CASE("a quantile is the smallest value that is not below its share of all") {
  Samples samples;
  for (int value = 1000; value >= 1; --value) samples.add(value);
  CHECK(samples.quantile(0.5) == 500);
  CHECK(samples.quantile(0.99) == 990);
  CHECK(samples.quantile(0.999) == 999);
  CHECK(samples.quantile(0) == 1);
  CHECK(samples.quantile(1) == 1000);
}

TEST_CASE("values may be added after a quantile was asked for") {
  Samples samples;
  samples.add(2);
  CHECK(samples.quantile(0.5) == 2);
  Samples more;
  more.add(1);
  more.add(0);
  samples.add(more);
  CHECK(samples.quantile(0.5) == 1);
  CHECK(samples.mean() == 1);
}

TEST_CASE("values that there is room for are added in place") {
  Samples samples;
  samples.add(1);
  samples.make_room(1000);
  CHECK(samples.size() == 1);
  const double* const first = samples.values().data();
  for (int value = 0; value < 1000; ++value) samples.add(value);
  CHECK(samples.values().data() == first);
  CHECK(samples.size() == 1001);
}

TEST_CASE("without a sample everything is 0") {
  CHECK(Samples().quantile(0.5) == 0);
  CHECK(Samples().mean() == 0);
  CHECK(median({}) == 0);
}

TEST_CASE("the median of an even number is the mean of the two in the middle") {
  CHECK(median({4, 1, 3, 2}) == 2.5);
  CHECK(median({9, 1, 3}) == 3);
}

TEST_CASE("ratios are formed run by run") {
  CHECK(ratios({6, 8}, {3, 2}) == std::vector<double>{2, 4});
  CHECK_THROWS_AS(ratios({1}, {1, 2}), std::invalid_argument);
}

}  // namespace
}  // namespace bench
