// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/latency.hpp"

#include <algorithm>

namespace inferpool::pool::dispatch {

StageTicks stages_of(const CallTicks& call, const RunTicks& run) noexcept {
  // Clamps each mark between its neighbours: a worker may have written anything, and the ticks of
  // two processors may differ a little.
  const std::uint64_t end = std::max(call.begun, call.decoded);
  const std::uint64_t admitted = std::clamp(call.admitted, call.begun, end);
  const std::uint64_t seen = std::clamp(call.seen, admitted, end);
  const bool ahead = call.turn == 0;
  const std::uint64_t posted = ahead ? admitted : std::clamp(call.turn, admitted, seen);
  const std::uint64_t started = std::clamp(run.started, posted, seen);
  const std::uint64_t ended = std::clamp(run.ended, started, seen);
  const std::uint64_t turn = ahead ? started : posted;
  return {.copy_in = admitted - call.begun,
          .queue = turn - admitted,
          .wake = (started - turn) + (seen - ended),
          .run = ended - started,
          .copy_out = end - seen};
}

void Latency::count(const StageTicks& call) noexcept {
  const std::uint64_t took = call.copy_in + call.queue + call.wake + call.run + call.copy_out;
  ++counts_[LatencyHistogram::bucket_of(rate_.to_duration(took))];
  longest_ = std::max(longest_, took);
  sums_.copy_in += call.copy_in;
  sums_.queue += call.queue;
  sums_.wake += call.wake;
  sums_.run += call.run;
  sums_.copy_out += call.copy_out;
}

void Latency::report(Stats& stats) const noexcept {
  StageTimes stages{.copy_in = rate_.to_duration(sums_.copy_in),
                    .queue = rate_.to_duration(sums_.queue),
                    .wake = rate_.to_duration(sums_.wake),
                    .run = rate_.to_duration(sums_.run),
                    .copy_out = rate_.to_duration(sums_.copy_out)};
  const Duration sum = stages.copy_in + stages.queue + stages.wake + stages.run + stages.copy_out;
  stats.latency = LatencyHistogram(counts_, sum);
  stats.latency_max = rate_.to_duration(longest_);
  const auto calls = static_cast<Duration::rep>(stats.latency.count());
  if (calls == 0) return;
  stats.latency_mean = sum / calls;
  for (Duration* stage :
       {&stages.copy_in, &stages.queue, &stages.wake, &stages.run, &stages.copy_out}) {
    *stage /= calls;
  }
  stats.stages = stages;
}

}  // namespace inferpool::pool::dispatch
