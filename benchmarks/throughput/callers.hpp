// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "measure/timing.hpp"

namespace bench {

// Threads that call one operation over and over, each its own next as soon as the last has
// returned. Floor and product are driven by the same threads' loop. They sleep between two
// measurements.
class Callers {
 public:
  using Operation = std::function<void(int caller)>;

  // `leave` is called by each thread at the end of each measurement.
  Callers(int threads, Operation operation, Operation leave = {});
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Operations per second of all threads together, over about `slice`, which begins once each has
  // called (or, where that takes as long, after a slice).
  // Throws what an operation threw.
  double rate(Nanoseconds slice);

 private:
  struct alignas(128) Count {
    std::atomic<std::uint64_t> value{0};
  };

  void run(int caller);
  void call_until_stopped(int caller);
  [[nodiscard]] std::uint64_t total() const;
  // Whether each thread has called since its count was that of `counts`.
  [[nodiscard]] bool all_have_called_since(const std::vector<std::uint64_t>& counts) const;
  [[nodiscard]] std::vector<std::uint64_t> counts() const;

  Operation operation_;
  Operation leave_;
  std::vector<Count> counts_;
  std::atomic<bool> on_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t round_ = 0;  // guarded by mutex_, as what follows
  int calling_ = 0;          // threads that have not ended this round
  bool quit_ = false;
  std::exception_ptr failure_;  // the first
  std::vector<std::jthread> threads_;
};

}  // namespace bench
