// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <inferpool/pool.hpp>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "measure/timing.hpp"

namespace bench {

// Keeps `depth` asynchronous requests under way: each handler starts the next request. The pool
// must have workers, and its model must answer with a tensor.
template <typename Model>
class InFlight {
 public:
  // `pool` outlives it.
  InFlight(inferpool::Pool<Model>& pool, int depth, inferpool::Tensor input)
      : pool_(pool), depth_(depth), input_(std::move(input)) {}
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

  // Answers per second, over about `slice`. Throws the first error that a handler got.
  double rate(Nanoseconds slice);

 private:
  void start_one() {
    pool_.async_infer(input_, {},
                      [this](inferpool::Result<inferpool::Tensor> answer) { ended(answer); });
  }
  void ended(const inferpool::Result<inferpool::Tensor>& answer);

  inferpool::Pool<Model>& pool_;
  int depth_;
  inferpool::Tensor input_;
  std::atomic<bool> on_{false};
  std::atomic<int> under_way_{0};
  alignas(128) std::atomic<std::uint64_t> answered_{0};
  std::mutex mutex_;
  std::optional<inferpool::Error> failure_;  // guarded by mutex_
};

template <typename Model>
double InFlight<Model>::rate(Nanoseconds slice) {
  under_way_ = depth_;
  on_ = true;
  for (int i = 0; i < depth_; ++i) start_one();
  const std::uint64_t first = answered_.load(std::memory_order_relaxed);
  const Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(slice);
  const std::uint64_t last = answered_.load(std::memory_order_relaxed);
  const Clock::time_point end = Clock::now();
  on_ = false;
  for (int left = under_way_; left != 0; left = under_way_) under_way_.wait(left);
  const std::lock_guard lock(mutex_);
  if (failure_) throw *failure_;
  return static_cast<double>(last - first) * 1e9 / nanoseconds(end - begin);
}

// Never runs twice at the same time: the pool calls handlers one after the other.
template <typename Model>
void InFlight<Model>::ended(const inferpool::Result<inferpool::Tensor>& answer) {
  answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (answer && on_.load(std::memory_order_relaxed)) return start_one();
  if (!answer) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = answer.error();
  }
  if (under_way_.fetch_sub(1) == 1) under_way_.notify_one();
}

}  // namespace bench
