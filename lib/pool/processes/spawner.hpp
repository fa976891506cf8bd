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

// What became of one order: a worker, or why there is none.
struct Spawned {
  int index = 0;
  int generation = 0;
  std::shared_ptr<WorkerHandle> worker = {};
  std::optional<Error> failure = {};
};

// The thread that makes processes: a fork takes long in a large host, and its children live as long
// as it does. Thread-safety: safe from many threads.
class Spawner {
 public:
  // `most`: orders that may be out, from order() to take(). `done` is called on the spawner's
  // thread after each order.
  Spawner(std::shared_ptr<const PoolConfiguration> configuration, std::size_t most,
          std::function<void()> done);
  // Orders not begun are dropped. All workers must have ended.
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  void order(int index, int generation) noexcept;
  // One that was finished and not taken yet.
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
  std::vector<Spawned> finished_;  // likewise
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace inferpool::pool::processes
