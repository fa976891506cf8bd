// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace inferpool::runtimes {

// Reads "7.25E0", or "[7.25E0,1E0]" with one score per output, which XGBoost writes since 3.1.
// Throws XgboostError for anything else.
[[nodiscard]] std::vector<float> read_base_scores(std::string_view text);

// The text of the first score.
[[nodiscard]] std::string_view first_base_score(std::string_view text) noexcept;

}  // namespace inferpool::runtimes
