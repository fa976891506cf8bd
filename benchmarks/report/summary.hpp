// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure/results.hpp"

namespace bench {

// One aligned table of every figure of every program, with its target and whether it holds. Below
// it: what limits the missed figures, why others were not measured, what was left out, and which
// programs gave no result.
[[nodiscard]] std::string summary(const std::vector<Results>& all,
                                  const std::vector<std::string>& missing);

// The same figures as a Markdown table for a README, with the machine's name.
[[nodiscard]] std::string readme_table(const std::vector<Results>& all);

// The contents of all result files as one JSON text. Throws std::runtime_error.
[[nodiscard]] std::string combined_json(const std::vector<std::filesystem::path>& files,
                                        const std::vector<std::string>& missing);

}  // namespace bench
