// SPDX-License-Identifier: Apache-2.0
#include "throughput/in_flight.hpp"

#include <thread>

namespace bench {

InFlight::InFlight(BusyPool& pool, int depth, std::uint64_t rounds)
    : pool_(pool), depth_(depth), rounds_(rounds) {}

double InFlight::rate(Nanoseconds slice) {
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

void InFlight::start_one() {
  pool_.async_infer(
      inferpool::Tensor::scalar(rounds_), {},
      [this](inferpool::Result<inferpool::Tensor> answer) { ended(std::move(answer)); });
}

// Never runs twice at the same time: the pool calls handlers one after the other.
void InFlight::ended(inferpool::Result<inferpool::Tensor> answer) {
  answered_.store(answered_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  if (answer && on_.load(std::memory_order_relaxed)) return start_one();
  if (!answer) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = answer.error();
  }
  if (under_way_.fetch_sub(1) == 1) under_way_.notify_one();
}

}  // namespace bench
