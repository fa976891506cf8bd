// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include <inferpool/histogram.hpp>
#include <inferpool/stats.hpp>

#include "core/clock.hpp"

namespace inferpool::pool::dispatch {

// What the host marks of one call, in ticks().
struct CallTicks {
  std::uint64_t begun = 0;     // about to be encoded
  std::uint64_t admitted = 0;  // encoded, about to be admitted
  // Posted to a worker that was free to run it. 0: posted ahead, its turn comes when it starts.
  std::uint64_t turn = 0;
  std::uint64_t seen = 0;  // the answer was seen
  std::uint64_t decoded = 0;
};

// What a worker reports of its run. A broken worker may report anything.
struct RunTicks {
  std::uint64_t started = 0;
  std::uint64_t ended = 0;
};

// The stages of StageTimes, in ticks.
struct StageTicks {
  std::uint64_t copy_in = 0;
  std::uint64_t queue = 0;
  std::uint64_t wake = 0;
  std::uint64_t run = 0;
  std::uint64_t copy_out = 0;
};

// The sum of the stages is what the host measured, from begun to decoded, whatever the worker
// reports.
[[nodiscard]] StageTicks stages_of(const CallTicks& call, const RunTicks& run) noexcept;

// Adds up how long the successful calls of a pool took. Thread-safety: none, except rate(). The
// pool's lock guards it, because every call takes that anyway.
class Latency {
 public:
  // One call; its latency is the sum of its stages.
  void count(const StageTicks& call) noexcept;

  // Fills in latency, latency_mean, latency_max and stages.
  void report(Stats& stats) const noexcept;

  [[nodiscard]] const core::TickRate& rate() const noexcept { return rate_; }

 private:
  StageTicks sums_;
  std::uint64_t longest_ = 0;
  LatencyHistogram::Counts counts_{};
  core::TickRate rate_;
};

}  // namespace inferpool::pool::dispatch
