// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <utility>

#include <inferpool/error.hpp>

#include "integration/actor_calls.hpp"

namespace inferpool::test {

// Collects the results of many handlers, by the number of the call. Thread-safe.
template <typename Output>
class Answers {
 public:
  // A handler for the call of this number.
  auto handler(int number) {
    return [this, number](Result<Output> result) { add(number, std::move(result)); };
  }

  void add(int number, Result<Output> result) {
    const std::lock_guard lock(mutex_);
    twice_ = twice_ || results_.contains(number);
    results_.emplace(number, std::move(result));
    changed_.notify_all();  // under the lock: the waiting thread may destroy this right after
  }

  // True as soon as `count` calls have ended, each once.
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, 60s, [&] { return results_.size() >= count; }) && !twice_;
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return results_.size();
  }

  // How the call of this number ended. It must have ended.
  [[nodiscard]] Result<Output> of(int number) const {
    const std::lock_guard lock(mutex_);
    return results_.at(number);
  }

  [[nodiscard]] std::size_t count(std::optional<ErrorCode> code) const {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& [number, result] : results_)
      count += result ? !code : code == result.error().code();
    return count;
  }

 private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::map<int, Result<Output>> results_;
  bool twice_ = false;
};

}  // namespace inferpool::test
