// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/stats.hpp>

#include "pool/dispatch/latency.hpp"

namespace inferpool::pool::dispatch {

// Counts the calls of a pool: each once when it begins, and once when it ends. Thread-safety: none,
// except rate(); the owner's lock guards it.
class CallCounts {
 public:
  // A call comes, which may be refused. Returns its number.
  std::uint64_t begin() noexcept { return ++requests_; }
  void succeed() noexcept { ++succeeded_; }
  void fail() noexcept { ++failed_; }
  // A call that was counted as a success was a failure, or the other way round.
  void turn_into_failure() noexcept {
    --succeeded_;
    ++failed_;
  }
  void turn_into_success() noexcept {
    ++succeeded_;
    --failed_;
  }
  // The times of a call that succeeded.
  void time(const StageTicks& stages) noexcept { latency_.count(stages); }

  // What happened to calls on their way.
  void poison() noexcept { ++poisoned_; }
  void retry() noexcept { ++retried_; }
  void be_late() noexcept { ++late_; }

  // How many calls have begun and not ended.
  [[nodiscard]] int under_way() const noexcept {
    return static_cast<int>(requests_ - succeeded_ - failed_);
  }
  // Fills in all of these figures except in_flight.
  void report(Stats& stats) const noexcept {
    stats.requests = requests_;
    stats.succeeded = succeeded_;
    stats.failed = failed_;
    stats.poisoned = poisoned_;
    stats.retried = retried_;
    stats.late = late_;
    latency_.report(stats);
  }
  [[nodiscard]] const core::TickRate& rate() const noexcept { return latency_.rate(); }

 private:
  std::uint64_t requests_ = 0;
  std::uint64_t succeeded_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t poisoned_ = 0;
  std::uint64_t retried_ = 0;
  std::uint64_t late_ = 0;
  Latency latency_;
};

}  // namespace inferpool::pool::dispatch
