// SPDX-License-Identifier: Apache-2.0
#include "report/plots.hpp"

#include "catch.hpp"

namespace bench {
namespace {

using inferpool::test::contains;

Cell round_trip(const char* row, const char* column, double p50) {
  Cell cell{"round trip, hot", row, column, "ns"};
  cell.p50 = p50;
  return cell;
}

TEST_CASE("round trips are drawn by payload, with gaps where there is no cell") {
  Results results{"ipc_overhead"};
  results.cells = {round_trip("pool", "1 float", 800), round_trip("line", "1 float", 100),
                   round_trip("pool", "1 KiB", 2000)};
  const std::vector<Plot> plots = plots_of({results});
  REQUIRE(plots.size() == 1);
  CHECK(plots[0].x == std::vector<std::string>{"1 float", "1 KiB"});
  const std::string script = gnuplot_script(plots[0]);
  CHECK_THAT(script, contains("set output \"round_trip_hot.svg\""));
  CHECK_THAT(script, contains("set xtics (\"1 float\" 0, \"1 KiB\" 1)"));
  CHECK_THAT(script, contains("$data0 << END\n0 8e-07\n1 2e-06\nEND"));
  CHECK_THAT(script, contains("$data1 << END\n0 1e-07\nEND"));
  CHECK_THAT(script, contains("plot $data0 using 1:2 with linespoints title \"pool\","));
}

TEST_CASE("throughput is drawn by the run time of the model, one line for each row") {
  Results results{"throughput"};
  results.cells = {{"synchronous, model of 10 us", "1 worker", "8 callers", "requests/s", 9e4},
                   {"synchronous, model of 10 us", "1 worker", "2 callers", "requests/s", 5e4},
                   {"synchronous, model of 1 ms", "1 worker", "8 callers", "requests/s", 999.0}};
  const std::vector<Plot> plots = plots_of({results});
  REQUIRE(plots.size() == 1);
  CHECK(plots[0].x == std::vector<std::string>{"10 us", "1 ms"});
  REQUIRE(plots[0].series.size() == 1);
  CHECK(plots[0].series[0].values == std::vector<std::optional<double>>{9e4, 999.0});
}

TEST_CASE("without results nothing is drawn") { CHECK(plots_of({}).empty()); }

}  // namespace
}  // namespace bench
