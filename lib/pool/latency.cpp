// SPDX-License-Identifier: Apache-2.0
#include "pool/latency.hpp"

#include <algorithm>

namespace inferpool::pool {

StageTicks stages_of(const CallTicks& call, const RunTicks& run) noexcept {
  // Each mark is brought between its neighbours: a worker may have written anything, and the ticks
  // of two processors may differ a little.
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
  counts_[LatencyHistogram::bucket_of(rate_.to_duration(took))].fetch_add(
      1, std::memory_order_relaxed);
  std::uint64_t longest = sums_.longest.load(std::memory_order_relaxed);
  while (took > longest &&
         !sums_.longest.compare_exchange_weak(longest, took, std::memory_order_relaxed)) {
  }
  add(sums_.copy_in, call.copy_in);
  add(sums_.queue, call.queue);
  add(sums_.wake, call.wake);
  add(sums_.run, call.run);
  add(sums_.copy_out, call.copy_out);
}

void Latency::add(Word& sum, std::uint64_t ticks) noexcept {
  if (ticks != 0) sum.fetch_add(ticks, std::memory_order_relaxed);
}

void Latency::report(Stats& stats) const noexcept {
  const auto read = [this](const Word& word) {
    return rate_.to_duration(word.load(std::memory_order_relaxed));
  };
  StageTimes stages{.copy_in = read(sums_.copy_in),
                    .queue = read(sums_.queue),
                    .wake = read(sums_.wake),
                    .run = read(sums_.run),
                    .copy_out = read(sums_.copy_out)};
  const Duration sum = stages.copy_in + stages.queue + stages.wake + stages.run + stages.copy_out;
  LatencyHistogram::Counts counts{};
  for (std::size_t i = 0; i < counts.size(); ++i)
    counts[i] = counts_[i].load(std::memory_order_relaxed);
  stats.latency = LatencyHistogram(counts, sum);
  stats.latency_max = read(sums_.longest);
  const auto calls = static_cast<Duration::rep>(stats.latency.count());
  if (calls == 0) return;
  stats.latency_mean = sum / calls;
  for (Duration* stage :
       {&stages.copy_in, &stages.queue, &stages.wake, &stages.run, &stages.copy_out}) {
    *stage /= calls;
  }
  stats.stages = stages;
}

}  // namespace inferpool::pool
