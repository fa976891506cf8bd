// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <stop_token>
#include <thread>

#include "core/clock.hpp"

namespace inferpool::pool::dispatch {

// Gives threads their turns to run the model: one after the other unless the model is thread_safe,
// first come first served. Thread-safety: safe from many threads.
class Turns {
 public:
  Turns(bool thread_safe, std::size_t max_queue_size) noexcept
      : thread_safe_(thread_safe), max_queue_size_(max_queue_size) {}

  // Returns when the calling thread's turn has come; true: it had to wait. leave() must follow.
  // Throws Error (stopped, queue_full, deadline_exceeded, cancelled; invalid_argument in a thread
  // whose turn it is already).
  bool enter(std::uint64_t request_id, const core::Deadline& deadline, const std::stop_token& stop);
  void leave() noexcept;

  // From now on no thread enters. Returns when all have left, or at `drained_by`; threads that
  // still wait then get `stopped`.
  void close(core::TimePoint drained_by) noexcept;

  [[nodiscard]] bool closed() const noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;

 private:
  struct Turn {
    bool come = false;
    bool stopped = false;  // closed, and the time to drain has passed; off the list
    std::condition_variable_any called;
  };
  bool wait(std::unique_lock<std::mutex>& lock, std::uint64_t request_id,
            const core::Deadline& deadline, const std::stop_token& stop);

  const bool thread_safe_;
  const std::size_t max_queue_size_;
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::list<Turn*> waiting_;
  int running_ = 0;
  std::thread::id runner_;  // of a model that is not thread_safe
  bool closed_ = false;
};

}  // namespace inferpool::pool::dispatch
