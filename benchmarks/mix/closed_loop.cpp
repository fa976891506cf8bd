// SPDX-License-Identifier: Apache-2.0
#include "mix/closed_loop.hpp"

#include <utility>

#include "mix/mix.hpp"
#include "mix/processor_time.hpp"

namespace bench {

void Slice::add(const Slice& other) noexcept {
  seconds += other.seconds;
  processor_seconds += other.processor_seconds;
  latencies.add(other.latencies);
}

double Slice::rate() const noexcept {
  return seconds > 0 ? static_cast<double>(latencies.count()) / seconds : 0;
}

double Slice::processor_per_call() const noexcept {
  return latencies.count() > 0 ? processor_seconds / static_cast<double>(latencies.count()) : 0;
}

ClosedLoop::ClosedLoop(Plan plan)
    : plan_(std::move(plan)), callers_(static_cast<std::size_t>(plan_.callers)) {
  for (std::size_t caller = 0; caller < callers_.size(); ++caller)
    threads_.emplace_back([this, caller] { run(caller); });
}

ClosedLoop::~ClosedLoop() {
  const std::lock_guard lock(mutex_);
  quit_ = true;
  changed_.notify_all();
}

Slice ClosedLoop::measure(Nanoseconds slice) {
  start();
  std::this_thread::sleep_for(slice / 4);
  const Clock::time_point begin = Clock::now();
  const double used = processor_seconds(plan_.servers);
  counts_ = true;
  std::this_thread::sleep_for(slice);
  counts_ = false;
  Slice measured{.seconds = nanoseconds(Clock::now() - begin) / 1e9,
                 .processor_seconds = processor_seconds(plan_.servers) - used};
  stop();
  for (const Caller& caller : callers_) measured.latencies.add(caller.latencies);
  return measured;
}

void ClosedLoop::start() {
  for (Caller& caller : callers_) caller.latencies = {};
  if (plan_.serve) plan_.serve(true);
  const std::lock_guard lock(mutex_);
  ++round_;
  calling_ = callers_.size();
  on_ = true;
  changed_.notify_all();
}

void ClosedLoop::stop() {
  on_ = false;
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return calling_ == 0; });
  if (plan_.serve) plan_.serve(false);
  if (failure_) std::rethrow_exception(failure_);
}

void ClosedLoop::run(std::size_t caller) {
  sleep_exactly();
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

void ClosedLoop::call_until_stopped(std::size_t caller) {
  Latencies& latencies = callers_[caller].latencies;
  Clock::time_point begin = Clock::now();
  while (on_.load(std::memory_order_relaxed)) {
    plan_.call(static_cast<int>(caller));
    const Clock::time_point end = Clock::now();
    if (counts_.load(std::memory_order_relaxed)) latencies.add(end - begin);
    begin = end;
    if (plan_.think == Nanoseconds::zero()) continue;
    std::this_thread::sleep_for(plan_.think);
    begin = Clock::now();
  }
}

}  // namespace bench
