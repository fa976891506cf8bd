// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace bench {

// One line of a plot: for each position on the x axis a value or none.
struct Series {
  std::string name;
  std::vector<std::optional<double>> values;
};

struct Plot {
  std::string name;  // of the files, without their extension
  std::string title;
  std::string x_label;
  std::string y_label;
  std::vector<std::string> x;  // its positions, evenly spaced
  std::vector<Series> series;
};

// A script for gnuplot, with the data in it. It writes <name>.svg into the folder where it runs.
// The y axis is logarithmic.
[[nodiscard]] std::string gnuplot_script(const Plot& plot);

}  // namespace bench
