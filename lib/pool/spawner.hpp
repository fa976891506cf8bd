// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "pool/worker_handle.hpp"

namespace inferpool::pool {

// What became of one order. Without a worker, `failure` says why.
struct Spawned {
  int index = 0;
  int generation = 0;
  std::shared_ptr<WorkerHandle> worker = {};
  std::string failure = {};
};

// The thread that makes processes: a fork takes long in a large host, and its children live as long
// as it does. Thread-safety: safe from many threads.
class Spawner {
 public:
  // `done` is called on the spawner's thread after each order.
  Spawner(std::shared_ptr<const Origin> origin, std::function<void()> done);
  // Orders not begun are dropped. All workers must have ended.
  ~Spawner();
  Spawner(const Spawner&) = delete;
  Spawner& operator=(const Spawner&) = delete;

  // Gives the worker's generation: they count from 1.
  int order(int index);
  // What was finished since the last call.
  std::vector<Spawned> take();

 private:
  struct Order {
    int index;
    int generation;
  };
  void run();
  Spawned make(const Order& order) const;

  std::shared_ptr<const Origin> origin_;
  std::function<void()> done_;
  std::mutex mutex_;
  std::condition_variable ordered_;
  std::deque<Order> orders_;       // guarded by mutex_
  std::vector<Spawned> finished_;  // guarded by mutex_
  int generations_ = 0;            // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace inferpool::pool
