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

  Callers(int threads, Operation operation);
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Operations per second of all threads together, over about `slice`, in which all are under way.
  // Throws what an operation threw.
  double rate(Nanoseconds slice);

 private:
  struct alignas(128) Count {
    std::atomic<std::uint64_t> value{0};
  };

  void run(int caller);
  void call_until_stopped(int caller);
  [[nodiscard]] std::uint64_t total() const noexcept;

  Operation operation_;
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
