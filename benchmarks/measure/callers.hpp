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

// Threads that call one operation again and again, each without a pause. The same loop drives floor
// and product. The threads sleep between two measurements. Not thread-safe.
class Callers {
 public:
  using Operation = std::function<void(int caller)>;

  // Each thread calls `leave` at the end of each measurement.
  Callers(int threads, Operation operation, Operation leave = {});
  ~Callers();
  Callers(const Callers&) = delete;
  Callers& operator=(const Callers&) = delete;

  // Operations per second of all threads together, over about `slice`. It begins once each thread
  // has called the operation, but waits for that no longer than a slice. Throws the exception of an
  // operation.
  double rate(Nanoseconds slice);

  // The threads call from now on. Then stop() must follow.
  void start();
  // Returns when no thread calls any more. Throws the exception of an operation.
  void stop();

 private:
  struct alignas(128) Count {
    std::atomic<std::uint64_t> value{0};
  };

  void run(int caller);
  void call_until_stopped(int caller);
  [[nodiscard]] std::uint64_t total() const;
  // Whether each thread has called the operation since its count was that of `counts`.
  [[nodiscard]] bool all_have_called_since(const std::vector<std::uint64_t>& counts) const;
  [[nodiscard]] std::vector<std::uint64_t> counts() const;

  Operation operation_;
  Operation leave_;
  std::vector<Count> counts_;
  std::atomic<bool> on_{false};
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t round_ = 0;  // guarded by mutex_, like the next three
  int calling_ = 0;          // threads that have not ended this round
  bool quit_ = false;
  std::exception_ptr failure_;  // the first exception
  std::vector<std::jthread> threads_;
};

}  // namespace bench
