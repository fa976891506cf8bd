// SPDX-License-Identifier: Apache-2.0
#include "settings/refuse_setting.hpp"

#include <cstddef>
#include <string>

#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool::settings {
namespace {

constexpr std::size_t kMost = 120;

std::string shortened(std::string_view text) {
  if (text.size() <= kMost) return std::string(text);
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // inside UTF-8
  return std::string(text.substr(0, end)) + "...";
}

}  // namespace

void refuse_setting(std::string_view source, std::string_view path, std::string_view written,
                    std::string_view accepted) {
  throw Error(ErrorCode::kInvalidSettings, core::formatted("{}: {} is {}; accepted: {}", source,
                                                           path, shortened(written), accepted));
}

}  // namespace inferpool::settings
