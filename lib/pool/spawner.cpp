// SPDX-License-Identifier: Apache-2.0
#include "pool/spawner.hpp"

#include "pool/quiet_thread.hpp"

namespace inferpool::pool {

Spawner::Spawner(std::shared_ptr<const Origin> origin, std::function<void()> done)
    : origin_(std::move(origin)), done_(std::move(done)) {
  thread_ = quiet_thread("inferpool-spawn", [this] { run(); });
}

Spawner::~Spawner() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  ordered_.notify_one();
  thread_.join();
}

int Spawner::order(int index) {
  const std::lock_guard lock(mutex_);
  orders_.push_back({index, ++generations_});
  ordered_.notify_one();
  return generations_;
}

std::vector<Spawned> Spawner::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(finished_, {});
}

void Spawner::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    ordered_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
    if (stopping_) return;
    const Order order = orders_.front();
    orders_.pop_front();
    lock.unlock();
    Spawned spawned = make(order);
    lock.lock();
    finished_.push_back(std::move(spawned));
    done_();
  }
}

Spawned Spawner::make(const Order& order) const {
  Spawned spawned{.index = order.index, .generation = order.generation};
  try {
    spawned.worker = std::make_shared<WorkerHandle>(origin_, order.index, order.generation);
  } catch (const std::exception& error) {
    spawned.failure = error.what();
  }
  return spawned;
}

}  // namespace inferpool::pool
