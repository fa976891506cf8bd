// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace inferpool::settings {

inline constexpr int kMostCpus = 1024;  // the size of a cpu_set_t

// The CPUs of a list in the kernel's form: "0-3,8" gives 0 1 2 3 8, in the order written. Nothing
// if the text is not such a list, a range runs backwards, or a number is not below kMostCpus.
[[nodiscard]] std::optional<std::vector<int>> parse_cpu_list(std::string_view text);

}  // namespace inferpool::settings
