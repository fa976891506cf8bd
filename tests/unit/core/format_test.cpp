// SPDX-License-Identifier: Apache-2.0
#include "core/format.hpp"

#include <array>
#include <vector>

#include "catch.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("text is made of values as fmt makes it") {
  CHECK(core::formatted("none") == "none");
  CHECK(core::formatted("{1:04.1f} and \"{0}\"", std::string_view("it"), 2.55) ==
        "02.5 and \"it\"");
}

TEST_CASE("a list of values has the separator only between them") {
  CHECK(core::joined(std::vector<int>{}, ", ").empty());
  CHECK(core::joined(std::vector{7}, ", ") == "7");
  CHECK(core::joined(std::array<const char*, 3>{"", "b", ""}, ", ") == ", b, ");
}

}  // namespace
}  // namespace inferpool::test
