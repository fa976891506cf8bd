// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure/results.hpp"
#include "report/plot.hpp"

namespace bench {

// What can be drawn of these results: round trips by payload, throughput by workers and by the
// model's run time.
[[nodiscard]] std::vector<Plot> plots_of(const std::vector<Results>& all);

// Writes <name>.gp for each, and <name>.svg where gnuplot is found. Returns lines that say what
// became of them. Throws std::runtime_error where a file cannot be written.
[[nodiscard]] std::string draw(const std::vector<Plot>& plots, const std::filesystem::path& folder);

}  // namespace bench
