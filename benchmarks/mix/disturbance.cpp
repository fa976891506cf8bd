// SPDX-License-Identifier: Apache-2.0
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "mix/measurements.hpp"
#include "mix/mixed_pool.hpp"
#include "mix/windows.hpp"
#include "mix/yield_floor.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

// Shorter than the windows of the slow share, to see a pair that is hot again within some of them.
constexpr Nanoseconds kShort = 1ms;
constexpr int kBefore = 300;  // short windows
constexpr int kAfter = 500;
constexpr int kHot = 10;  // so many in a row are no accident

// Two threads compute for 100 ms.
void disturb() {
  const Clock::time_point end = Clock::now() + 100ms;
  const auto compute = [end] {
    while (Clock::now() < end) work(1000);
  };
  const std::jthread one(compute);
  const std::jthread two(compute);
}

// The milliseconds until the rate is 0.9 times that of before, for kHot windows in a row. Windows
// with stolen time count for nothing.
double time_to_recover(Windows& windows) {
  const double before = median_rate(windows.watch(kBefore, kShort));
  disturb();
  const std::vector<Windows::Window> after = windows.watch(kAfter, kShort);
  int hot = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    if (after[i].stolen) continue;
    hot = after[i].rate >= 0.9 * before ? hot + 1 : 0;
    if (hot == kHot) return nanoseconds(kShort) / 1e6 * static_cast<double>(i + 1 - kHot);
  }
  return nanoseconds(kShort) / 1e6 * kAfter;
}

// The share of windows that have less than half of the median rate.
double slow_share(Windows& windows, int count) {
  const std::vector<Windows::Window> seen = windows.watch(count);
  const double hot = median_rate(seen);
  double slow = 0;
  double counted = 0;
  for (const Windows::Window& window : seen) {
    if (window.stolen) continue;
    ++counted;
    if (window.rate < hot / 2) ++slow;
  }
  return counted > 0 ? slow / counted : 0;
}

// What one of the pairs gave, for each run.
struct Watched {
  std::vector<double> recovery;  // milliseconds
  std::vector<double> slow;      // the share of slow windows
};

void watch(const std::function<void()>& call, int slow_windows, Watched& watched) {
  Windows windows(call);
  watched.recovery.push_back(time_to_recover(windows));
  watched.slow.push_back(slow_share(windows, slow_windows));
}

void report(const Watched& pool, const Watched& bare, Results& results) {
  const auto add = [&](const char* column, const char* unit, const std::vector<double>& of_pool,
                       const std::vector<double>& of_bare) {
    const char* const table = "1 caller and 1 worker, disturbed";
    results.cells.push_back({table, "inferpool", column, unit, median(of_pool)});
    results.cells.push_back({table, "bare pair", column, unit, median(of_bare)});
  };
  add("hot again", "ms", pool.recovery, bare.recovery);
  add("below half of the median rate", "share", pool.slow, bare.slow);
  results.figures.push_back(
      {.what = "1 caller, 1 worker, hot again after 100 ms of two busy threads",
       .runs = pool.recovery,
       .relation = Relation::kAtMost,
       .target = 10,
       .unit = "ms",
       .note = "the first of ten windows of 1 ms with 0.9 x the rate of before"});
  Figure more{.what = "1 caller, 1 worker, share of slow windows less the bare pair's",
              .relation = Relation::kAtMost,
              .target = 0,
              .note =
                  "windows of 10 ms below half of the median rate; those with stolen time are "
                  "left out"};
  for (std::size_t run = 0; run < pool.slow.size(); ++run)
    more.runs.push_back(pool.slow[run] - bare.slow[run]);
  results.figures.push_back(std::move(more));
}

}  // namespace

void measure_disturbance(const Options& options, Progress& progress, Results& results) {
  progress.step("a disturbed pair");
  YieldFloor floor(1, YieldFloor::kNeverYields);
  MixedPool pool(mixed_settings(1));
  const int slow_windows = options.full ? 3000 : 100;
  Watched pair;
  Watched bare;
  for (int run = 0; run < options.runs; ++run) {
    watch([&] { infer_mixed(pool, {}); }, slow_windows, pair);
    floor.serve(1);
    watch([&] { floor.call(0, {}); }, slow_windows, bare);
    floor.serve(0);
  }
  report(pair, bare, results);
}

}  // namespace bench
