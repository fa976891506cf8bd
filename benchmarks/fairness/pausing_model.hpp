// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <inferpool/model.hpp>
#include <thread>

namespace bench {

// How long one request keeps its worker: asleep, then at work. Both 0: it is answered at once.
struct Pause {
  std::chrono::nanoseconds sleep{};
  std::chrono::nanoseconds work{};
};

// Does what it is asked, and answers with the request.
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
