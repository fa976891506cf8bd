// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/thread_count.hpp"

#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

namespace inferpool::runtimes {

std::optional<int> thread_count(const Settings& settings) {
  if (settings.threads_per_worker) return settings.threads_per_worker;
  const char* const variable = std::getenv("OMP_NUM_THREADS");
  if (variable == nullptr) return std::nullopt;
  const std::string_view text = variable;  // "4", or "4,2" with nested regions
  int count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{} || count < 1) return std::nullopt;
  return count;
}

}  // namespace inferpool::runtimes
