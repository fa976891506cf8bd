// SPDX-License-Identifier: Apache-2.0
#include "measure/callers.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace bench {

Callers::Callers(int threads, Operation operation, Operation leave)
    : operation_(std::move(operation)),
      leave_(std::move(leave)),
      counts_(static_cast<std::size_t>(threads)) {
  for (int caller = 0; caller < threads; ++caller)
    threads_.emplace_back([this, caller] { run(caller); });
}

Callers::~Callers() {
  const std::lock_guard lock(mutex_);
  quit_ = true;
  changed_.notify_all();
}

double Callers::rate(Nanoseconds slice) {
  const std::vector<std::uint64_t> before = counts();
  start();
  const Clock::time_point give_up = Clock::now() + slice;
  while (!all_have_called_since(before) && Clock::now() < give_up)
    std::this_thread::sleep_for(std::chrono::microseconds(200));
  const std::uint64_t first = total();
  const Clock::time_point begin = Clock::now();
  std::this_thread::sleep_for(slice);
  const std::uint64_t last = total();
  const Clock::time_point end = Clock::now();
  stop();
  return static_cast<double>(last - first) * 1e9 / nanoseconds(end - begin);
}

void Callers::start() {
  const std::lock_guard lock(mutex_);
  ++round_;
  calling_ = static_cast<int>(counts_.size());
  on_ = true;
  changed_.notify_all();
}

void Callers::stop() {
  on_ = false;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return calling_ == 0; });
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
}

void Callers::run(int caller) {
  for (std::uint64_t seen = 0;;) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return quit_ || round_ != seen; });
      if (quit_) return;
      seen = round_;
    }
    std::exception_ptr failure;
    try {
      call_until_stopped(caller);
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    if (failure && !failure_) failure_ = failure;
    if (--calling_ == 0) changed_.notify_all();
  }
}

void Callers::call_until_stopped(int caller) {
  std::atomic<std::uint64_t>& count = counts_[static_cast<std::size_t>(caller)].value;
  while (on_.load(std::memory_order_relaxed)) {
    operation_(caller);
    count.store(count.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  if (leave_) leave_(caller);
}

std::vector<std::uint64_t> Callers::counts() const {
  std::vector<std::uint64_t> counts;
  for (const Count& count : counts_) counts.push_back(count.value.load(std::memory_order_relaxed));
  return counts;
}

std::uint64_t Callers::total() const {
  const std::vector<std::uint64_t> each = counts();
  return std::accumulate(each.begin(), each.end(), std::uint64_t{0});
}

bool Callers::all_have_called_since(const std::vector<std::uint64_t>& counts) const {
  return std::equal(counts_.begin(), counts_.end(), counts.begin(),
                    [](const Count& count, std::uint64_t before) {
                      return count.value.load(std::memory_order_relaxed) != before;
                    });
}

}  // namespace bench
