// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

// One line of a plot: a value for each place on the x axis, or none there.
struct Series {
  std::string name;
  std::vector<std::optional<double>> values;
};

struct Plot {
  std::string name;  // of the files, without extension
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<std::string> x;  // its places, evenly apart
  std::vector<Series> series;
};

// A script for gnuplot with the data in it, which writes <name>.svg into the folder where it runs.
// The y axis is logarithmic.
[[nodiscard]] std::string gnuplot_script(const Plot& plot);

}  // namespace bench
