// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

namespace inferpool::runtimes {

// How a network is to be computed.
struct NetworkOptions {
  std::optional<int> threads = {};  // of one run; none: as the backend chooses
  // Idle threads of the backend look for work for a while before they sleep: a run that follows at
  // once is quicker, and each run costs processor time after its end.
  bool spinning = false;
};

}  // namespace inferpool::runtimes
