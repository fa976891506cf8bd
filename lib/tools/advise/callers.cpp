// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/callers.hpp"

#include <algorithm>
#include <chrono>

namespace inferpool::tools {

using Clock = std::chrono::steady_clock;

Callers::Callers(UntypedPool& pool, const ModelInput& input, std::size_t count) : callers_(count) {
  try {
    for (Caller& caller : callers_) {
      caller.thread = std::thread([this, &caller, &pool, &input] { run(caller, pool, input); });
    }
  } catch (...) {
    end();
    throw;
  }
}

Callers::~Callers() { end(); }

void Callers::run(Caller& caller, UntypedPool& pool, const ModelInput& input) noexcept {
  try {
    while (!stopping_.load(std::memory_order_relaxed)) {
      pool.infer(input);
      caller.ends.push_back(Clock::now());
      caller.calls.store(caller.ends.size(), std::memory_order_relaxed);
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
    stopping_ = true;
    failed_.notify_all();
  }
}

std::size_t Callers::calls() const noexcept {
  std::size_t sum = 0;
  for (const Caller& caller : callers_) sum += caller.calls.load(std::memory_order_relaxed);
  return sum;
}

void Callers::wait(TimePoint time, std::size_t calls) {
  constexpr auto kLook = std::chrono::milliseconds(5);  // between two looks at the callers' counts
  const std::size_t enough = this->calls() + calls;
  std::unique_lock lock(mutex_);
  do {
    failed_.wait_until(lock, std::max(time, Clock::now() + kLook),
                       [&] { return failure_ != nullptr; });
    if (failure_) std::rethrow_exception(failure_);
  } while (this->calls() < enough);
}

std::vector<TimePoint> Callers::stop() {
  end();
  if (failure_) std::rethrow_exception(failure_);
  std::vector<TimePoint> ends;
  for (const Caller& caller : callers_) {
    ends.insert(ends.end(), caller.ends.begin(), caller.ends.end());
  }
  return ends;
}

void Callers::end() noexcept {
  stopping_ = true;
  for (Caller& caller : callers_) {
    if (caller.thread.joinable()) caller.thread.join();
  }
}

}  // namespace inferpool::tools
