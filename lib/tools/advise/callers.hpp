// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "tools/advise/spread.hpp"
#include "tools/untyped_pool.hpp"

namespace inferpool::tools {

// Threads that call one pool until they are stopped or a call fails. Each thread calls again as
// soon as it has its answer.
class Callers {
 public:
  Callers(UntypedPool& pool, const ModelInput& input, std::size_t count);
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;
  ~Callers();

  // Returns once `time` has come and `calls` more calls have ended. Throws the error of a call.
  void wait(TimePoint time, std::size_t calls);

  // Ends the threads, and returns the times at which their calls ended. Throws the error of a call.
  [[nodiscard]] std::vector<TimePoint> stop();

 private:
  // On a cache line of its own, so that one caller's counting does not slow down another caller.
  struct alignas(64) Caller {
    std::vector<TimePoint> ends = {};
    std::atomic<std::size_t> calls = 0;
    std::thread thread = {};
  };

  void run(Caller& caller, UntypedPool& pool, const ModelInput& input) noexcept;
  void end() noexcept;
  [[nodiscard]] std::size_t calls() const noexcept;

  std::vector<Caller> callers_;
  std::atomic<bool> stopping_ = false;
  std::mutex mutex_;
  std::condition_variable failed_;
  std::exception_ptr failure_;  // of the first call that failed; guarded by mutex_
};

}  // namespace inferpool::tools
