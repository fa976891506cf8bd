// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure/results.hpp"
#include "report/plot.hpp"

namespace bench {

// The plots of these results: round trips by payload, throughput by workers and by the model's run
// time.
[[nodiscard]] std::vector<Plot> plots_of(const std::vector<Results>& all);

// One picture: a script for gnuplot that writes <name>.svg.
struct Drawing {
  std::string name;
  std::string script;
};

// All pictures of these results: the plots and the heat maps.
[[nodiscard]] std::vector<Drawing> drawings_of(const std::vector<Results>& all);

// Writes <name>.gp for each drawing, and <name>.svg if gnuplot is found. Returns lines that say
// what was drawn. Throws std::runtime_error if a file cannot be written.
[[nodiscard]] std::string draw(const std::vector<Drawing>& drawings,
                               const std::filesystem::path& folder);

}  // namespace bench
