// SPDX-License-Identifier: Apache-2.0
#include "tools/quantile.hpp"

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("a quantile is one of the values, in whatever order they are") {
  const std::vector<double> values{5, 1, 4, 2, 3};
  CHECK(quantile(values, 0) == 1);
  CHECK(quantile(values, 0.5) == 3);
  CHECK(quantile(values, 0.99) == 5);
  CHECK(quantile(values, 1) == 5);
  CHECK(quantile({7}, 0.5) == 7);
  CHECK(quantile({}, 0.5) == 0);
}

}  // namespace
}  // namespace inferpool::test
