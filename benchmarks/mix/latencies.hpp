// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "measure/timing.hpp"

namespace bench {

// Counts latencies in buckets of 1/16 of a doubling, so that counting takes a few nanoseconds for
// any number of calls. Not thread-safe.
class Latencies {
 public:
  void add(Clock::duration latency) noexcept {
    ++counts_[bucket_of(static_cast<std::uint64_t>(latency.count()))];
    ++count_;
  }
  void add(const Latencies& other) noexcept {
    for (std::size_t i = 0; i < kBuckets; ++i) counts_[i] += other.counts_[i];
    count_ += other.count_;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  // The upper bound, in nanoseconds, of the bucket in which a share `q` of the calls ends; 0
  // without calls.
  [[nodiscard]] double quantile(double q) const noexcept {
    const auto wanted = static_cast<std::uint64_t>(q * static_cast<double>(count_));
    std::uint64_t seen = 0;
    for (std::size_t i = 0; i < kBuckets; ++i) {
      seen += counts_[i];
      if (seen > wanted) return upper_bound(i);
    }
    return 0;
  }

 private:
  static constexpr std::size_t kParts = 16;
  static constexpr std::size_t kBuckets = kParts * 40;

  // Below 16 ns a bucket is one nanosecond; above, the four bits after the highest one choose it.
  static std::size_t bucket_of(std::uint64_t nanoseconds) noexcept {
    if (nanoseconds < kParts) return static_cast<std::size_t>(nanoseconds);
    const auto bits = static_cast<std::size_t>(std::bit_width(nanoseconds));
    const std::size_t part = (nanoseconds >> (bits - 5)) % kParts;
    return std::min(kBuckets - 1, (bits - 4) * kParts + part);
  }
  static double upper_bound(std::size_t bucket) noexcept {
    if (bucket < kParts) return static_cast<double>(bucket);
    const std::size_t doubling = bucket / kParts - 1;
    return static_cast<double>((kParts + bucket % kParts + 1) << doubling);
  }

  std::array<std::uint64_t, kBuckets> counts_{};
  std::uint64_t count_ = 0;
};

}  // namespace bench
