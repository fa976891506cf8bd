// SPDX-License-Identifier: Apache-2.0
#include "tools/error_details.hpp"

#include <string_view>

#include "core/format.hpp"

namespace inferpool::tools {

std::string error_details(const Error& error) {
  const ErrorDetails& details = error.details();
  const std::string_view text = error.what();
  std::string result;
  if (details.phase != Phase::kNone) {
    result += core::formatted("  phase: {}\n", name(details.phase));
  }
  const auto left_out = [&](const std::string& detail) {
    return !detail.empty() && text.find(detail) == std::string_view::npos;
  };
  if (left_out(details.exception_type)) {
    result += core::formatted("  exception: {}\n", details.exception_type);
  }
  if (left_out(details.stderr_tail)) {
    const bool ends = details.stderr_tail.ends_with('\n');
    result +=
        core::formatted("  the worker's last output:\n{}{}", details.stderr_tail, ends ? "" : "\n");
  }
  return result;
}

}  // namespace inferpool::tools
