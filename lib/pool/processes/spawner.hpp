// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>

#include "pool/processes/worker_handle.hpp"

namespace inferpool::pool::processes {

// The outcome of one order: a worker, or why there is none.
struct Spawned {
  int index = 0;
  int generation = 0;
  std::shared_ptr<WorkerHandle> worker = {};
  std::optional<Error> failure = {};
};

// The thread that makes processes. It exists because a fork takes long in a large host, and because
// the workers live only as long as the thread that made them. Thread-safety: safe from many
// threads.
class Spawner {
 public:
  // `most`: how many orders may be open, from order() to take(). `done` is called on the spawner's
  // thread after each order.
  Spawner(std::shared_ptr<const PoolConfiguration> configuration, std::size_t most,
          std::function<void()> done);
  // Drops orders that were not started. All workers must have ended.
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  void order(int index, int generation) noexcept;
  // Takes the oldest finished order; none: no finished order is left.
  std::optional<Spawned> take() noexcept;

 private:
  struct Order {
    int index;
    int generation;
  };
  void run() noexcept;
  Spawned make(const Order& order) const noexcept;

  std::shared_ptr<const PoolConfiguration> configuration_;
  std::function<void()> done_;
  std::mutex mutex_;
  std::condition_variable ordered_;
  std::vector<Order> orders_;      // guarded by mutex_; has room for all
  std::vector<Spawned> finished_;  // guarded by mutex_; has room for all
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace inferpool::pool::processes
