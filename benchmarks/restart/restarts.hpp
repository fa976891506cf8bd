// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <inferpool/pool.hpp>
#include <mutex>

#include "restart/noting_model.hpp"

namespace bench {

// A pool of one worker that is killed again and again.
class Restarts {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  // When what happened in one death, in order. Some times are those of the pool's events.
  struct Stages {
    TimePoint killed;
    TimePoint died;  // the event
    TimePoint main;  // the successor's main() began
    TimePoint load;  // its model began to load
    TimePoint loaded;
    TimePoint ready;  // the event
    TimePoint answered;
    TimePoint started;  // the event, about when the fork had returned
  };

  Restarts();

  // Kills the worker and waits for its successor's first answer.
  Stages kill_one();

 private:
  void note(const inferpool::Event& event);
  TimePoint told(inferpool::EventKind kind);

  std::mutex mutex_;
  std::array<TimePoint, 16> told_{};  // the time of the last event of each kind
  int pid_ = 0;
  inferpool::Pool<NotingModel> pool_;
};

}  // namespace bench
