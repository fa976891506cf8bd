// SPDX-License-Identifier: Apache-2.0
#include "measure/table.hpp"

#include "catch.hpp"

namespace bench {
namespace {

TEST_CASE("a table is aligned, its first column to the left") {
  Table table({"what", "ns"});
  table.add({"pool", "1,234"});
  table.add({"p"});
  CHECK(table.text() ==
        "what     ns\n"
        "----  -----\n"
        "pool  1,234\n"
        "p\n");
}

TEST_CASE("a table is written as Markdown, too") {
  Table table({"what", "ns"});
  table.add({"pool", "1"});
  CHECK(table.markdown() == "| what | ns |\n|---|---:|\n| pool | 1 |\n");
}

}  // namespace
}  // namespace bench
