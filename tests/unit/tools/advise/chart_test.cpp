// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/chart.hpp"

#include <algorithm>
#include <regex>
#include <string>
#include <vector>

#include "catch.hpp"
#include "unit/tools/advise/made_up_figures.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

// The vertical positions of the points, which grow downwards.
std::vector<double> heights(const std::string& svg) {
  const std::regex point("cy=\"([0-9.]+)\"");
  std::vector<double> result;
  for (std::sregex_iterator at(svg.begin(), svg.end(), point), end; at != end; ++at)
    result.push_back(std::stod((*at)[1]));
  return result;
}

TEST_CASE("the picture has a point for each pool, the higher the more calls it answers") {
  const std::string svg =
      to_svg({"digits", "FP32 [1, 64]"}, figures_of(1e-3, 2, {0.98, 1.95, 1.5}));
  const std::vector<double> points = heights(svg);
  REQUIRE(points.size() == 3);
  CHECK(points[1] < points[2]);
  CHECK(points[2] < points[0]);
  CHECK(*std::ranges::min_element(points) > 0);
  CHECK_THAT(svg, contains("digits, asked with FP32 [1, 64], on 2 usable cores"));
  CHECK_THAT(svg, contains(">1.95 x<"));
  CHECK_THAT(svg, contains("one thread in your process"));
  CHECK_THAT(svg, contains(">2 k<"));
}

TEST_CASE("the picture shows how much the rates varied") {
  const std::string steady = to_svg({"m", "FP32 [1]"}, figures_of(1e-3, 2, {1}));
  const std::string varied = to_svg({"m", "FP32 [1]"}, figures_of(1e-3, 2, {1}, 0.5));
  CHECK(heights(varied).at(0) > heights(steady).at(0));  // room for the high end
}

TEST_CASE("a name of any bytes gives a picture that XML readers take") {
  const std::string svg = to_svg({"<a> & \"b\" \xff\n", "x"}, figures_of(1e-3, 1, {0.9}));
  CHECK_THAT(svg, contains("&lt;a&gt; &amp; \"b\" \xEF\xBF\xBD , asked with x, on 1 usable core<"));
  CHECK_THAT(svg, !contains("\xff"));
}

TEST_CASE("figures that are all zero give a picture, too") {
  const std::string svg = to_svg({"m", "x"}, Figures{.loads = {PoolLoad{.workers = 1}}});
  CHECK(heights(svg).size() == 1);
  CHECK_THAT(svg, !contains("nan") && !contains("inf\""));
}

}  // namespace
}  // namespace inferpool::test
