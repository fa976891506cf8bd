// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <inferpool/pool.hpp>
#include <mutex>

#include "restart/noting_model.hpp"

namespace bench {

// A pool of one worker, whose worker is killed again and again.
class Restarts {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // One death, in the order of what happened.
  struct Stages {
    TimePoint killed;
    TimePoint died;  // told
    TimePoint main;  // the successor's main() began
    TimePoint load;  // its model began to load
    TimePoint loaded;
    TimePoint ready;  // told
    TimePoint answered;
    TimePoint started;  // told: about when the fork had returned
  };

  Restarts();

  // Kills the worker and waits for its successor's first answer.
  Stages kill_one();

 private:
  void note(const inferpool::Event& event);
  TimePoint told(inferpool::EventKind kind);

  std::mutex mutex_;
  std::array<TimePoint, 16> told_{};  // when an event of the kind came last
  int pid_ = 0;
  inferpool::Pool<NotingModel> pool_;
};

}  // namespace bench
