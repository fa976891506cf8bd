// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace inferpool::runtimes {

// How to compute a network.
struct NetworkOptions {
  std::optional<int> threads = {};  // of one run; none: the backend chooses
  // Idle threads of the backend look for work for a while before they sleep. The next run is
  // quicker if it follows at once, but each run costs processor time after its end.
  bool spinning = false;
};

}  // namespace inferpool::runtimes
