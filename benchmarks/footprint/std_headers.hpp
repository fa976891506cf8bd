// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <istream>
#include <set>
#include <string>
#include <vector>

namespace bench {

// The files below `folder` in a dependency rule for make, which a compiler writes with -M.
[[nodiscard]] std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                                             std::istream& rule);

// The standard headers that a source includes directly: "optional" for #include <optional>.
[[nodiscard]] std::set<std::string> std_headers_in(std::istream& source);

}  // namespace bench
