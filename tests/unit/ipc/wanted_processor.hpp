// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>

#include <chrono>
#include <stdexcept>
#include <stop_token>
#include <thread>

namespace inferpool::test {

// Binds this thread, and those that it makes, to one processor that another thread always wants.
class WantedProcessor {
 public:
  // `turns`: the other thread has the processor for that long and then yields it. 0: it never does.
  explicit WantedProcessor(std::chrono::nanoseconds turns = {}) {
    if (sched_getaffinity(0, sizeof(before_), &before_) != 0) throw std::runtime_error("affinity");
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    if (sched_setaffinity(0, sizeof(one), &one) != 0) throw std::runtime_error("affinity");
    busy_ = std::jthread([turns](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        const auto end = std::chrono::steady_clock::now() + turns;
        while (std::chrono::steady_clock::now() < end) continue;
        if (turns.count() > 0) sched_yield();
      }
    });
  }
  ~WantedProcessor() { sched_setaffinity(0, sizeof(before_), &before_); }
  WantedProcessor(const WantedProcessor&) = delete;
  WantedProcessor& operator=(const WantedProcessor&) = delete;

 private:
  cpu_set_t before_{};
  std::jthread busy_;
};

}  // namespace inferpool::test
