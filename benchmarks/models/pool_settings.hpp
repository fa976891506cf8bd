// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/settings.hpp>

namespace bench {

// Default settings, except for what a cell names.
[[nodiscard]] inline inferpool::Settings pool_settings(const char* worker, int workers) {
  inferpool::Settings settings;
  settings.worker = worker;
  settings.workers = workers;
  return settings;
}

[[nodiscard]] inline inferpool::Settings without_spin(inferpool::Settings settings) {
  settings.spin = inferpool::Duration::zero();
  return settings;
}

}  // namespace bench
