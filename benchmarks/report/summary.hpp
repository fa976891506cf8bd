// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "measure/results.hpp"

namespace bench {

// Every figure of every program in one aligned table, with its target and whether it holds; then
// what limits those that were missed, why some were not measured, what was left out, and the
// programs that gave no result.
[[nodiscard]] std::string summary(const std::vector<Results>& all,
                                  const std::vector<std::string>& missing);

// The same figures as a table of Markdown, the machine named, for a README.
[[nodiscard]] std::string readme_table(const std::vector<Results>& all);

// The contents of all files of results as one JSON text. Throws std::runtime_error.
[[nodiscard]] std::string combined_json(const std::vector<std::filesystem::path>& files,
                                        const std::vector<std::string>& missing);

}  // namespace bench
