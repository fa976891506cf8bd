// SPDX-License-Identifier: Apache-2.0
#include "report/summary.hpp"

#include "catch.hpp"

namespace bench {
namespace {

using inferpool::test::contains;

Results two_figures() {
  Results results{"ipc_overhead", {"a processor", 2, 8, "Linux", "g++", "Release"}};
  results.figures = {{"hot", {4, 5, 3}, Relation::kAtMost, 3, "x", "the second core"},
                     {"cold", {1, 1, 1}, Relation::kAtMost, 1.25, "x", "a note"}};
  results.left_out = {"ZeroMQ: install libzmq3-dev"};
  return results;
}

TEST_CASE("the summary has each figure with its target and whether it holds") {
  const std::string text = summary({two_figures()}, {});
  CHECK_THAT(text, contains("ipc_overhead  hot      4 x  3 .. 5     <= 3 x  MISSED\n"));
  CHECK_THAT(text, contains("ipc_overhead  cold     1 x  1 .. 1  <= 1.25 x  holds"));
  CHECK_THAT(text, contains("1 of 2 figures hold"));
}

TEST_CASE("the summary says what limits a figure that was missed, and no other") {
  const std::string text = summary({two_figures()}, {});
  CHECK_THAT(text, contains("hot: the second core"));
  CHECK_THAT(text, !contains("a note"));
}

TEST_CASE("a figure that was not measured neither holds nor is missed, and the summary says why") {
  Results results = two_figures();
  results.figures.push_back({.what = "calls", .target = 0, .not_measured = "calls: saw 0 of 1"});
  const std::string text = summary({results}, {});
  CHECK_THAT(text, contains("ipc_overhead  calls       -       -       <= 0  not measured\n"));
  CHECK_THAT(text, contains("not measured here:\n  calls: calls: saw 0 of 1\n"));
  CHECK_THAT(text, contains("1 of 3 figures hold, 1 not measured\n"));
  CHECK_THAT(readme_table({results}), contains("| calls | - | - | <= 0 | not measured |"));
}

TEST_CASE("the summary names what is not there") {
  const std::string text = summary({two_figures()}, {"throughput"});
  CHECK_THAT(text, contains("ipc_overhead: ZeroMQ: install libzmq3-dev"));
  CHECK_THAT(text,
             contains("no results of these, which were not built, or failed:\n  throughput\n"));
}

TEST_CASE("the table for the README names the machine") {
  CHECK(readme_table({two_figures()}) ==
        "Measured on: a processor, 2 cores, 8.0 GiB, Linux; g++, Release.\n\n"
        "| what | figure | runs | target |  |\n|---|---:|---:|---:|---|\n"
        "| hot | 4 x | 3 .. 5 | <= 3 x | missed |\n| cold | 1 x | 1 .. 1 | <= 1.25 x | holds |\n");
}

}  // namespace
}  // namespace bench
