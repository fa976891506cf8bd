// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/spawner.hpp"

#include "core/failure.hpp"
#include "core/quiet_thread.hpp"
#include "core/short_of_memory.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::processes {

Spawner::Spawner(std::shared_ptr<const PoolConfiguration> configuration, std::size_t most,
                 std::function<void()> done)
    : configuration_(std::move(configuration)), done_(std::move(done)) {
  orders_.reserve(most);
  finished_.reserve(most);
  thread_ = core::quiet_thread("inferpool-spawn", [this] { run(); });
}

Spawner::~Spawner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ordered_.notify_one();
  thread_.join();
}

void Spawner::order(int index, int generation) noexcept {
  const std::lock_guard lock(mutex_);
  orders_.push_back({index, generation});
  ordered_.notify_one();
}

std::optional<Spawned> Spawner::take() noexcept {
  const std::lock_guard lock(mutex_);
  if (finished_.empty()) return std::nullopt;
  std::optional<Spawned> first(std::move(finished_.front()));
  finished_.erase(finished_.begin());
  return first;
}

void Spawner::run() noexcept {
  std::unique_lock lock(mutex_);
  for (;;) {
    ordered_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
    if (stopping_) return;
    const Order order = orders_.front();
    orders_.erase(orders_.begin());
    lock.unlock();
    Spawned spawned = make(order);
    lock.lock();
    finished_.push_back(std::move(spawned));
    done_();
  }
}

Spawned Spawner::make(const Order& order) const noexcept {
  Spawned spawned{.index = order.index, .generation = order.generation};
  try {
    spawned.worker = std::make_shared<WorkerHandle>(configuration_, order.index, order.generation);
  } catch (...) {
    spawned.failure = core::error_or(ErrorCode::kStartupFailed, [&] {
      return reports::start_failed({.index = order.index, .generation = order.generation},
                                   "it could not be spawned: " + core::current_failure().text);
    });
  }
  return spawned;
}

}  // namespace inferpool::pool::processes
