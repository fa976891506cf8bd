// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace inferpool::runtimes {

// "7.25E0", or "[7.25E0,1E0]", one for each output, as XGBoost writes it from 3.1 on. Throws
// XgboostError for anything else.
[[nodiscard]] std::vector<float> read_base_scores(std::string_view text);

// The first of them, as it is written.
[[nodiscard]] std::string_view first_base_score(std::string_view text) noexcept;

}  // namespace inferpool::runtimes
