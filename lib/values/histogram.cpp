// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include <inferpool/histogram.hpp>

namespace inferpool {

std::uint64_t LatencyHistogram::count() const noexcept {
  return std::accumulate(counts_.begin(), counts_.end(), std::uint64_t{0});
}

Duration LatencyHistogram::quantile(double fraction) const noexcept {
  const std::uint64_t all = count();
  if (all == 0) return {};
  std::uint64_t rank = 1;  // of the call at `fraction`, also if that is a NaN
  if (fraction > 0) {
    const double least = std::ceil(std::min(fraction, 1.0) * static_cast<double>(all));
    rank = std::clamp(static_cast<std::uint64_t>(least), std::uint64_t{1}, all);
  }
  std::size_t bucket = 0;
  for (std::uint64_t seen = counts_[0]; seen < rank; seen += counts_[bucket]) ++bucket;
  return upper_bound(bucket);
}

std::array<LatencyHistogram::Bucket, LatencyHistogram::kBuckets> LatencyHistogram::buckets()
    const noexcept {
  std::array<Bucket, kBuckets> all;
  for (std::size_t i = 0; i < kBuckets; ++i) all[i] = {upper_bound(i), counts_[i]};
  return all;
}

}  // namespace inferpool
