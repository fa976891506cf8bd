// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <inferpool/settings.hpp>

namespace inferpool {

// How many calls took how long, in buckets that grow with the latency: one for all up to 64 ns,
// then four for each doubling (80, 96, 112, 128, 160, 192, ... ns) up to 2^40 ns (18 minutes), and
// one for all beyond. A bucket's upper bound belongs to it, and is at most a quarter larger than
// what lies in it. A value; thread-safety: as any value.
class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = 138;
  using Counts = std::array<std::uint64_t, kBuckets>;
  struct Bucket {
    Duration upper_bound = {};  // Duration::max() of the last
    std::uint64_t count = 0;    // in this bucket alone, not in those below it
  };

  LatencyHistogram() = default;
  // `sum`: of all latencies.
  LatencyHistogram(const Counts& counts, Duration sum) noexcept : counts_(counts), sum_(sum) {}

  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] Duration sum() const noexcept { return sum_; }
  // The latency that a fraction of the calls, 0 to 1, did not exceed: the upper bound of the bucket
  // in which it lies. 0 where nothing was counted.
  [[nodiscard]] Duration quantile(double fraction) const noexcept;
  // All of them, empty ones too, in the order of their bounds.
  [[nodiscard]] std::array<Bucket, kBuckets> buckets() const noexcept;

  // Requires bucket < kBuckets.
  [[nodiscard]] static constexpr Duration upper_bound(std::size_t bucket) noexcept {
    if (bucket == 0) return Duration(kLeast);
    if (bucket == kBuckets - 1) return Duration::max();
    const std::size_t doubling = (bucket - 1) / kParts;
    const auto parts = static_cast<Duration::rep>(kParts + 1 + (bucket - 1) % kParts);
    return Duration((kLeast / static_cast<Duration::rep>(kParts) * parts) << doubling);
  }
  // The bucket of a latency; of a negative one the first.
  [[nodiscard]] static constexpr std::size_t bucket_of(Duration latency) noexcept {
    if (latency.count() <= kLeast) return 0;
    // The bounds belong to the buckets below them.
    const auto below = static_cast<std::uint64_t>(latency.count() - 1);
    const auto bits = static_cast<std::size_t>(std::bit_width(below));
    if (bits > kMostBits) return kBuckets - 1;
    const std::size_t part = (below >> (bits - 3)) % kParts;  // the two bits after the highest
    return 1 + (bits - kLeastBits) * kParts + part;
  }

 private:
  static constexpr std::size_t kParts = 4;  // of each doubling
  static constexpr Duration::rep kLeast = 64;
  static constexpr std::size_t kLeastBits = 7, kMostBits = 40;  // of what lies above kLeast
  static_assert(kBuckets == 2 + (kMostBits - kLeastBits + 1) * kParts);

  Counts counts_{};
  Duration sum_{};
};

}  // namespace inferpool
