// SPDX-License-Identifier: Apache-2.0
#include "tools/format_time.hpp"

#include "core/format.hpp"

namespace inferpool::tools {

std::string format_time(double seconds) {
  const auto in = [](double value, const char* unit) {
    return value < 9.95 ? core::formatted("{:.1f} {}", value, unit)
                        : core::formatted("{:.0f} {}", value, unit);
  };
  if (seconds < 0.9995e-6) return core::formatted("{:.0f} ns", seconds * 1e9);
  if (seconds < 0.9995e-3) return in(seconds * 1e6, "us");
  return seconds < 0.9995 ? in(seconds * 1e3, "ms") : in(seconds, "s");
}

}  // namespace inferpool::tools
