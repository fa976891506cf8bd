// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "pool/dispatch/worker_queue.hpp"

namespace inferpool::pool::dispatch {

// The queues of all workers, one per index, and one for the retiring worker, which gets nothing
// new. Chooses the worker that comes next. Thread-safety: none; the pool's lock guards it.
class WorkerQueues {
 public:
  WorkerQueues(int workers, int concurrency);

  WorkerQueue& operator[](int index) noexcept { return queues_[static_cast<std::size_t>(index)]; }
  const WorkerQueue& operator[](int index) const noexcept {
    return queues_[static_cast<std::size_t>(index)];
  }
  // The queues in rotation, without that of the retiring worker.
  auto begin() noexcept { return queues_.begin(); }
  auto end() noexcept { return queues_.end() - 1; }
  [[nodiscard]] auto begin() const noexcept { return queues_.begin(); }
  [[nodiscard]] auto end() const noexcept { return queues_.end() - 1; }
  [[nodiscard]] std::size_t size() const noexcept { return queues_.size() - 1; }
  // All queues; that of the retiring worker is the last.
  [[nodiscard]] std::span<WorkerQueue> all() noexcept { return queues_; }

  // Moves the worker with this index to the queue of the retiring worker, which must be empty.
  WorkerQueue& retire(int index) noexcept;
  [[nodiscard]] WorkerQueue& retiring() noexcept { return queues_.back(); }
  [[nodiscard]] const WorkerQueue& retiring() const noexcept { return queues_.back(); }
  // The index with which the worker in this queue was started.
  [[nodiscard]] int worker_index(int queue) const noexcept {
    return static_cast<std::size_t>(queue) < size() ? queue : retiring_index_;
  }

  // How many workers are ready.
  [[nodiscard]] int live() const noexcept;
  // For each index, what its worker served and runs. The retiring worker, if there is one, comes
  // last.
  void count(std::span<WorkerStats> workers) const noexcept;
  // How many workers need not be woken.
  [[nodiscard]] int awake() const noexcept;
  // How many calls are posted ahead.
  [[nodiscard]] std::size_t ahead() const noexcept;
  // How many calls were seen to be answered, and are not read yet.
  [[nodiscard]] int over() const noexcept;
  // Whether a caller waits for a call that a worker has and has not answered.
  [[nodiscard]] bool awaited() const noexcept;

  // Of the workers that would run one more request at once, the least busy; among equals, the one
  // that served last. Null: there is none.
  WorkerQueue* free() noexcept;
  // The least busy worker that would take a request, with at most `depth` ahead. Where all are
  // stuck, one that has none ahead. Null: there is none.
  WorkerQueue* to_post_ahead(int depth, const TooLong& limit) noexcept;
  // Of the first `most` workers that are awake and not stuck, and that would take a request with at
  // most `depth` ahead: the least busy. Null: there is none.
  WorkerQueue* least_busy_awake(int most, int depth, const TooLong& limit) noexcept;
  // Drops late answers.
  void collect_late() noexcept;
  // The answer of a call in a queue was read.
  void collected(WorkerQueue& queue, const Call& call) noexcept { queue.collected(call, ++uses_); }

 private:
  // Of the workers for which accepts(queue) is true, in the order of their indices.
  template <typename Accepts>
  WorkerQueue* least_busy(const Accepts& accepts) noexcept {
    WorkerQueue* best = nullptr;
    std::size_t least = 0;
    for (WorkerQueue& queue : *this) {
      if (!accepts(queue)) continue;
      const std::size_t busy = queue.in_hand();
      if (best != nullptr && busy >= least) continue;
      best = &queue;
      least = busy;
    }
    return best;
  }

  std::vector<WorkerQueue> queues_;
  int retiring_index_ = -1;
  std::uint64_t uses_ = 0;
};

}  // namespace inferpool::pool::dispatch
