// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pool/dispatch/worker_queue.hpp"

namespace inferpool::pool::dispatch {

// All places for workers, and which of them comes next; and one beside them for the worker that
// retires, which gets nothing new. Thread-safety: none; the pool's lock guards it.
class WorkerQueues {
 public:
  WorkerQueues(int workers, int concurrency);

  WorkerQueue& operator[](int index) noexcept { return queues_[static_cast<std::size_t>(index)]; }
  const WorkerQueue& operator[](int index) const noexcept {
    return queues_[static_cast<std::size_t>(index)];
  }
  // Those in rotation: the one that retires is not among them.
  auto begin() noexcept { return queues_.begin(); }
  auto end() noexcept { return queues_.end() - 1; }
  [[nodiscard]] auto begin() const noexcept { return queues_.begin(); }
  [[nodiscard]] auto end() const noexcept { return queues_.end() - 1; }
  [[nodiscard]] std::size_t size() const noexcept { return queues_.size() - 1; }
  // With the one that retires, which is the last.
  [[nodiscard]] std::span<WorkerQueue> all() noexcept { return queues_; }

  // The worker of this place goes to the queue of the one that retires, which must be empty.
  WorkerQueue& retire(int index) noexcept;
  [[nodiscard]] WorkerQueue& retiring() noexcept { return queues_.back(); }
  [[nodiscard]] const WorkerQueue& retiring() const noexcept { return queues_.back(); }
  // Of the worker in this queue: the index it was started with.
  [[nodiscard]] int worker_index(int queue) const noexcept {
    return static_cast<std::size_t>(queue) < size() ? queue : retiring_index_;
  }

  // Workers that are ready.
  [[nodiscard]] int live() const noexcept;
  // For each place what its worker served and runs; the one that retires comes after the last, and
  // only where there is one.
  void count(std::span<WorkerStats> workers) const noexcept;
  // Calls that were posted ahead.
  [[nodiscard]] std::size_t ahead() const noexcept;
  // Calls that were seen to be answered, and whose answer nobody has read.
  [[nodiscard]] int over() const noexcept;
  // Whether somebody waits for a call that a worker has and has not answered.
  [[nodiscard]] bool awaited() const noexcept;

  // The worker that would run one more request at once: of those the least busy, of these the one
  // that served last. Null: there is none.
  WorkerQueue* free() noexcept;
  // One that would take a request ahead, or null.
  WorkerQueue* to_post_ahead() noexcept;
  // Throws late answers away.
  void collect_late() noexcept;
  // The answer of a call in a queue was read.
  void collected(WorkerQueue& queue, const Call& call) noexcept { queue.collected(call, ++uses_); }

 private:
  std::vector<WorkerQueue> queues_;
  int retiring_index_ = -1;
  std::uint64_t uses_ = 0;
};

}  // namespace inferpool::pool::dispatch
