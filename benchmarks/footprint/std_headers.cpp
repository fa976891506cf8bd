// SPDX-License-Identifier: Apache-2.0
#include "footprint/std_headers.hpp"

#include <algorithm>
#include <string_view>

namespace bench {

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder,
                                               std::istream& rule) {
  std::vector<std::filesystem::path> files;
  const std::string prefix = folder.string() + "/";
  for (std::string word; rule >> word;)
    if (word.starts_with(prefix)) files.emplace_back(word);
  return files;
}

std::set<std::string> std_headers_in(std::istream& source) {
  constexpr std::string_view kBegin = "#include <";
  std::set<std::string> headers;
  for (std::string line; std::getline(source, line);) {
    if (!line.starts_with(kBegin)) continue;
    const std::string name = line.substr(kBegin.size(), line.find('>') - kBegin.size());
    // Names with a folder or an extension are not from the standard library.
    if (name.find_first_of("/.") == std::string::npos) headers.insert(name);
  }
  return headers;
}

}  // namespace bench
