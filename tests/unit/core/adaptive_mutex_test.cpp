// SPDX-License-Identifier: Apache-2.0
#include "core/adaptive_mutex.hpp"

#include <mutex>
#include <thread>
#include <vector>

#include "catch.hpp"

namespace inferpool::core {
namespace {

TEST_CASE("one thread at a time is in a section that an adaptive mutex guards") {
  constexpr int kThreads = 4;
  constexpr int kTimes = 20'000;
  AdaptiveMutex mutex;
  int count = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < kThreads; ++i) {
      threads.emplace_back([&] {
        for (int j = 0; j < kTimes; ++j) {
          const std::lock_guard lock(mutex);
          ++count;
        }
      });
    }
  }
  CHECK(count == kThreads * kTimes);
}

TEST_CASE("a thread that waits long for an adaptive mutex gets it") {
  AdaptiveMutex mutex;
  mutex.lock();
  bool entered = false;
  std::jthread waiting([&] {
    const std::lock_guard lock(mutex);
    entered = true;
  });
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  mutex.unlock();
  waiting.join();
  CHECK(entered);
}

}  // namespace
}  // namespace inferpool::core
