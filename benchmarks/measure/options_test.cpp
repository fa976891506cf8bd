// SPDX-License-Identifier: Apache-2.0
#include "measure/options.hpp"

#include <array>

#include "catch.hpp"

namespace bench {
namespace {

template <typename... Argument>
Options parse(Argument... arguments) {
  const std::array<const char*, sizeof...(arguments)> list{arguments...};
  return parse_options(list);
}

TEST_CASE("a benchmark is quick and runs five times unless it is told otherwise") {
  const Options options = parse();
  CHECK_FALSE(options.full);
  CHECK(options.runs == 5);
  CHECK_FALSE(options.json);
}

TEST_CASE("a benchmark takes its options in any order") {
  const Options options = parse("--runs", "7", "--full", "--json", "out.json");
  CHECK(options.full);
  CHECK(options.runs == 7);
  CHECK(options.json == "out.json");
}

TEST_CASE("a wrong argument is refused and named") {
  using inferpool::test::contains;
  CHECK_THROWS_WITH(parse("--fast"), contains("--fast"));
  CHECK_THROWS_WITH(parse("--runs", "0"), contains("1 to 1000"));
  CHECK_THROWS_WITH(parse("--runs", "5x"), contains("5x"));
  CHECK_THROWS_WITH(parse("--json"), contains("needs a value"));
}

}  // namespace
}  // namespace bench
