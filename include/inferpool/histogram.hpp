// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <inferpool/settings.hpp>

namespace inferpool {

// Latencies of calls, counted in buckets that grow with the latency: one for all up to 64 ns, then
// four for each doubling (80, 96, 112, 128, 160, 192, ... ns) up to 2^40 ns (18 minutes), and one
// for all beyond. A bucket includes its upper bound, which is at most a quarter larger than any
// latency in it. A value; thread-safety: as any value.
class LatencyHistogram {
 public:
  static constexpr std::size_t kBuckets = 138;
  using Counts = std::array<std::uint64_t, kBuckets>;
  struct Bucket {
    Duration upper_bound = {};  // Duration::max() for the last bucket
    std::uint64_t count = 0;    // in this bucket only, not cumulative
  };

  LatencyHistogram() = default;
  // `sum`: the sum of all latencies.
  LatencyHistogram(const Counts& counts, Duration sum) noexcept : counts_(counts), sum_(sum) {}

  [[nodiscard]] std::uint64_t count() const noexcept;
  [[nodiscard]] Duration sum() const noexcept { return sum_; }
  // The latency that this fraction (0 to 1) of the calls did not exceed, rounded up to the upper
  // bound of its bucket. 0 if nothing was counted.
  [[nodiscard]] Duration quantile(double fraction) const noexcept;
  // All buckets, empty ones too, in the order of their bounds.
  [[nodiscard]] std::array<Bucket, kBuckets> buckets() const noexcept;

  // Requires bucket < kBuckets.
  [[nodiscard]] static constexpr Duration upper_bound(std::size_t bucket) noexcept {
    if (bucket == 0) return Duration(kLeast);
    if (bucket == kBuckets - 1) return Duration::max();
    const std::size_t doubling = (bucket - 1) / kParts;
    const auto parts = static_cast<Duration::rep>(kParts + 1 + (bucket - 1) % kParts);
    return Duration((kLeast / static_cast<Duration::rep>(kParts) * parts) << doubling);
  }
  // The bucket of a latency; the first for a negative one.
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
  static constexpr std::size_t kLeastBits = 7, kMostBits = 40;  // of the latencies above kLeast
  static_assert(kBuckets == 2 + (kMostBits - kLeastBits + 1) * kParts);

  Counts counts_{};
  Duration sum_{};
};

}  // namespace inferpool
