// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "mix/latencies.hpp"

namespace bench {

// What some time of a load gave.
struct Slice {
  double seconds = 0;
  double processor_seconds = 0;  // of the callers' process and of the servers
  Latencies latencies = {};

  void add(const Slice& other) noexcept;
  [[nodiscard]] double rate() const noexcept;                // calls per second
  [[nodiscard]] double processor_per_call() const noexcept;  // seconds
};

// Threads that call, think and call again. They sleep between two measurements. Not thread-safe.
class ClosedLoop {
 public:
  struct Plan {
    int callers = 1;
    Nanoseconds think = {};
    std::function<void(int caller)> call;
    // Told before the first call of a measurement (true) and after its last one (false).
    std::function<void(bool on)> serve = {};
    std::vector<pid_t> servers = {};
  };

  explicit ClosedLoop(Plan plan);
  ~ClosedLoop();
  ClosedLoop(const ClosedLoop&) = delete;
  ClosedLoop& operator=(const ClosedLoop&) = delete;

  // Calls for about a slice that is counted, after a quarter of it that is not. Throws what a call
  // throws.
  Slice measure(Nanoseconds slice);

 private:
  struct alignas(128) Caller {
    Latencies latencies;
  };

  void run(std::size_t caller);
  void call_until_stopped(std::size_t caller);
  void start();
  void stop();

  Plan plan_;
  std::vector<Caller> callers_;
  std::atomic<bool> on_{false};
  std::atomic<bool> counts_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t round_ = 0;  // guarded by mutex_, like the next three
  std::size_t calling_ = 0;  // threads that have not ended this round
  bool quit_ = false;
  std::exception_ptr failure_;  // the first exception
  std::vector<std::jthread> threads_;
};

}  // namespace bench
