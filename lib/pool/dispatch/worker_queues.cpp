// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/worker_queues.hpp"

#include <algorithm>
#include <numeric>

namespace inferpool::pool::dispatch {

WorkerQueues::WorkerQueues(int workers, int concurrency) {
  for (int index = 0; index <= workers; ++index) queues_.emplace_back(index, concurrency);
}

WorkerQueue& WorkerQueues::retire(int index) noexcept {
  retiring_index_ = index;
  retiring().take_over((*this)[index]);
  return retiring();
}

int WorkerQueues::live() const noexcept {
  return static_cast<int>(
      std::count_if(begin(), end(), [](const WorkerQueue& queue) { return queue.live(); }));
}

std::size_t WorkerQueues::ahead() const noexcept {
  return std::accumulate(
      begin(), end(), std::size_t{0},
      [](std::size_t sum, const WorkerQueue& queue) { return sum + queue.count_ahead(); });
}

void WorkerQueues::count(std::span<WorkerStats> workers) const noexcept {
  const std::size_t queues = retiring().live() ? queues_.size() : size();
  for (std::size_t i = 0; i < std::min(queues, workers.size()); ++i) {
    workers[i].served = queues_[i].served();
    workers[i].in_flight = static_cast<int>(queues_[i].in_hand());
  }
}

int WorkerQueues::over() const noexcept {
  return std::accumulate(queues_.begin(), queues_.end(), 0,
                         [](int sum, const WorkerQueue& queue) { return sum + queue.over(); });
}

bool WorkerQueues::awaited() const noexcept {
  return std::any_of(queues_.begin(), queues_.end(),
                     [](const WorkerQueue& queue) { return queue.awaited(); });
}

WorkerQueue* WorkerQueues::free() noexcept {
  WorkerQueue* best = nullptr;
  std::size_t least = 0;
  for (WorkerQueue& queue : *this) {
    if (queue.late()) queue.collect_late(++uses_);
    if (!queue.accepts()) continue;
    const std::size_t busy = queue.in_hand();
    if (best == nullptr || busy < least ||
        (busy == least && queue.last_used() > best->last_used())) {
      best = &queue;
      least = busy;
    }
  }
  return best;
}

int WorkerQueues::awake() const noexcept {
  return static_cast<int>(std::count_if(
      begin(), end(), [](const WorkerQueue& queue) { return queue.live() && !queue.asleep(); }));
}

WorkerQueue* WorkerQueues::to_post_ahead(int depth, const TooLong& limit) noexcept {
  WorkerQueue* const quick = least_busy(
      [&](const WorkerQueue& queue) { return queue.accepts_ahead(depth) && !queue.stuck(limit); });
  if (quick != nullptr) return quick;
  return least_busy([](const WorkerQueue& queue) { return queue.accepts_ahead(1); });
}

WorkerQueue* WorkerQueues::least_busy_awake(int most, int depth, const TooLong& limit) noexcept {
  return least_busy([&](const WorkerQueue& queue) {
    if (!queue.live() || queue.late() || queue.asleep() || queue.stuck(limit)) return false;
    return most-- > 0 && queue.accepts_ahead(depth);
  });
}

void WorkerQueues::collect_late() noexcept {
  for (WorkerQueue& queue : queues_) queue.collect_late(++uses_);
}

}  // namespace inferpool::pool::dispatch
