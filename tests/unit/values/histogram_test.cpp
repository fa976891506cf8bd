// SPDX-License-Identifier: Apache-2.0
#include <inferpool/histogram.hpp>

#include <cmath>
#include <limits>

#include "catch.hpp"

namespace inferpool {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLast = LatencyHistogram::kBuckets - 1;

LatencyHistogram of(std::initializer_list<Duration> latencies) {
  LatencyHistogram::Counts counts{};
  Duration sum{};
  for (const Duration latency : latencies) {
    ++counts[LatencyHistogram::bucket_of(latency)];
    sum += latency;
  }
  return {counts, sum};
}

TEST_CASE("the buckets of a histogram are bounded by 64 ns and four steps in each doubling") {
  const Duration bounds[] = {64ns, 80ns, 96ns, 112ns, 128ns, 160ns, 192ns, 224ns, 256ns, 320ns};
  std::size_t bucket = 0;
  for (const Duration bound : bounds)
    CHECK(LatencyHistogram::upper_bound(bucket++).count() == bound.count());
  CHECK(LatencyHistogram::upper_bound(kLast - 1).count() == std::int64_t{1} << 40);
  CHECK(LatencyHistogram::upper_bound(kLast) == Duration::max());
}

TEST_CASE("a latency lies in the bucket whose bound is the least that is not below it") {
  for (std::size_t i = 0; i < kLast; ++i) {
    const Duration bound = LatencyHistogram::upper_bound(i);
    CAPTURE(i, bound.count());
    REQUIRE(LatencyHistogram::bucket_of(bound) == i);
    REQUIRE(LatencyHistogram::bucket_of(bound + 1ns) == i + 1);
    REQUIRE(LatencyHistogram::upper_bound(i + 1) > bound);
  }
}

TEST_CASE("latencies out of all bounds lie in the first and in the last bucket") {
  CHECK(LatencyHistogram::bucket_of(0ns) == 0);
  CHECK(LatencyHistogram::bucket_of(-5s) == 0);
  CHECK(LatencyHistogram::bucket_of(Duration::min()) == 0);
  CHECK(LatencyHistogram::bucket_of(1h) == kLast);
  CHECK(LatencyHistogram::bucket_of(Duration::max()) == kLast);
}

TEST_CASE("a bound is at most a quarter larger than what lies below it") {
  for (std::int64_t latency = 65; latency < (std::int64_t{1} << 40); latency += latency / 7) {
    const Duration bound =
        LatencyHistogram::upper_bound(LatencyHistogram::bucket_of(Duration(latency)));
    CAPTURE(latency);
    REQUIRE(bound.count() >= latency);
    REQUIRE(bound.count() <= latency + latency / 4 + 1);
  }
}

TEST_CASE("an empty histogram has no calls, and 0 for every quantile") {
  const LatencyHistogram none;
  CHECK(none.count() == 0);
  CHECK(none.sum() == 0ns);
  CHECK(none.quantile(0) == 0ns);
  CHECK(none.quantile(0.99) == 0ns);
}

TEST_CASE("a quantile is the bound of the bucket where that fraction of the calls is reached") {
  const LatencyHistogram histogram = of({70ns, 70ns, 100ns, 5us});
  CHECK(histogram.count() == 4);
  CHECK(histogram.sum() == 5240ns);
  CHECK(histogram.quantile(0) == 80ns);
  CHECK(histogram.quantile(0.5) == 80ns);
  CHECK(histogram.quantile(0.51) == 112ns);
  CHECK(histogram.quantile(0.75) == 112ns);
  CHECK(histogram.quantile(0.99) == 5120ns);
  CHECK(histogram.quantile(1) == 5120ns);
}

TEST_CASE("an invalid fraction counts as the nearest valid one") {
  const LatencyHistogram histogram = of({70ns, 100ns});
  CHECK(histogram.quantile(-3) == 80ns);
  CHECK(histogram.quantile(std::numeric_limits<double>::quiet_NaN()) == 80ns);
  CHECK(histogram.quantile(7) == 112ns);
  CHECK(histogram.quantile(std::numeric_limits<double>::infinity()) == 112ns);
}

TEST_CASE("a quantile beyond the last bound is the largest duration") {
  CHECK(of({1h}).quantile(0.5) == Duration::max());
}

TEST_CASE("all buckets of a histogram are listed with their bounds and counts") {
  const LatencyHistogram histogram = of({64ns, 70ns, 70ns, 1h});
  std::uint64_t count = 0;
  std::size_t i = 0;
  for (const auto& [bound, in_it] : histogram.buckets()) {
    REQUIRE(bound == LatencyHistogram::upper_bound(i++));
    count += in_it;
  }
  CHECK(i == LatencyHistogram::kBuckets);
  CHECK(count == 4);
  CHECK(histogram.buckets()[0].count == 1);
  CHECK(histogram.buckets()[1].count == 2);
  CHECK(histogram.buckets()[kLast].count == 1);
}

}  // namespace
}  // namespace inferpool
