// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "measure/results.hpp"

namespace bench {

// One table of ratios as a picture: a square for each row and column, its colour by its ratio.
struct HeatMap {
  std::string name;  // of the files, without their extension
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::string> rows;
  std::vector<std::vector<std::optional<double>>> ratios;  // [row][column]
};

// The tables of a mix whose cells are ratios to the yield floor.
[[nodiscard]] std::vector<HeatMap> heat_maps_of(const std::vector<Results>& all);

// A script for gnuplot, with the data in it. It writes <name>.svg into the folder where it runs.
// The colour is that of the ratio on a logarithmic scale from a tenth to ten.
[[nodiscard]] std::string gnuplot_script(const HeatMap& map);

}  // namespace bench
