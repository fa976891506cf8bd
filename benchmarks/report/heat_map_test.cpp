// SPDX-License-Identifier: Apache-2.0
#include "report/heat_map.hpp"

#include "catch.hpp"

namespace bench {
namespace {

using inferpool::test::contains;

TEST_CASE("each table beside the yield floor is a heat map, with gaps where there is no cell") {
  Results results{"mix"};
  results.cells = {{"beside the yield floor, model of 10 us", "1 worker", "1 caller", "x", 0.5},
                   {"beside the yield floor, model of 10 us", "4 workers", "8 callers", "x", 0.05},
                   {"beside the yield floor, model of 1 ms", "1 worker", "1 caller", "x", 1.0},
                   {"rate, model of 10 us", "1 worker", "1 caller", "requests/s", 9e4}};
  const std::vector<HeatMap> maps = heat_maps_of({results});
  REQUIRE(maps.size() == 2);
  CHECK(maps[0].name == "mix_model_of_10_us");
  CHECK(maps[0].rows == std::vector<std::string>{"1 worker", "4 workers"});
  CHECK(maps[0].columns == std::vector<std::string>{"1 caller", "8 callers"});
  CHECK(maps[0].ratios[1][1] == 0.05);
  CHECK_FALSE(maps[0].ratios[0][1]);
  const std::string script = gnuplot_script(maps[0]);
  CHECK_THAT(script, contains("set output \"mix_model_of_10_us.svg\""));
  CHECK_THAT(script, contains("set ytics (\"1 worker\" 0, \"4 workers\" 1)"));
  CHECK_THAT(script, contains("$ratios << END\n0 0 -0.3010\n1 1 -1.3010\nEND\n"));
  CHECK_THAT(script, contains("set label \"0.05\" at 1,1 center front\n"));
}

}  // namespace
}  // namespace bench
