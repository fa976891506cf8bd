// SPDX-License-Identifier: Apache-2.0
#include "settings/worker_index.hpp"

#include <cstddef>
#include <string_view>

namespace inferpool::settings {

std::string with_worker_index(std::string text, int index) {
  constexpr std::string_view kPlaceholder = "{index}";
  const std::string number = std::to_string(index);
  for (std::size_t at = text.find(kPlaceholder); at != std::string::npos;
       at = text.find(kPlaceholder, at + number.size())) {
    text.replace(at, kPlaceholder.size(), number);
  }
  return text;
}

}  // namespace inferpool::settings
