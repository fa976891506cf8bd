// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <inferpool/model.hpp>
#include <thread>

namespace bench {

// How long a request keeps its worker busy: first asleep, then computing. Both 0: the answer comes
// at once.
struct Pause {
  std::chrono::nanoseconds sleep{};
  std::chrono::nanoseconds work{};
};

// Sleeps and works as the request says, and answers with the request.
struct PausingModel {
  explicit PausingModel(const inferpool::Settings&) {}

  Pause predict(const Pause& pause) {
    if (pause.sleep.count() > 0) std::this_thread::sleep_for(pause.sleep);
    if (pause.work.count() > 0) {
      const auto until = std::chrono::steady_clock::now() + pause.work;
      while (std::chrono::steady_clock::now() < until) {
      }
    }
    return pause;
  }
};

}  // namespace bench
