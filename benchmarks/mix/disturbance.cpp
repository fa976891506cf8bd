// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "mix/hot_pair.hpp"
#include "mix/mixed_model.hpp"
#include "mix/windows.hpp"
#include "mix/yield_floor.hpp"
#include "models/work.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using inferpool::Tensor;

constexpr int kBefore = 30;  // windows
constexpr int kAfter = 100;

// Two threads compute for 100 ms.
void disturb() {
  const Clock::time_point end = Clock::now() + 100ms;
  const auto compute = [end] {
    while (Clock::now() < end) work(1000);
  };
  const std::jthread one(compute);
  const std::jthread two(compute);
}

// The milliseconds until the rate is 0.9 times that of before, for three windows in a row.
double time_to_recover(Windows& windows) {
  const double before = median_rate(windows.watch(kBefore));
  disturb();
  const std::vector<Windows::Window> after = windows.watch(kAfter);
  int hot = 0;
  for (std::size_t i = 0; i < after.size(); ++i) {
    hot = after[i].rate >= 0.9 * before ? hot + 1 : 0;
    if (hot == 3) return nanoseconds(Windows::kLength) / 1e6 * static_cast<double>(i - 2);
  }
  return nanoseconds(Windows::kLength) / 1e6 * kAfter;
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

// One caller and one worker.
class HotPair {
 public:
  void call() {
    const Tensor answer =
        pool_.infer(Tensor::borrow(std::span<const std::uint64_t>(nothing_), {2}));
    keep(answer);
  }

 private:
  std::array<std::uint64_t, 2> nothing_{};
  inferpool::Pool<MixedModel> pool_{{.worker = "bench_mixed_worker", .workers = 1}};
};

constexpr const char* kSlowWindows = "windows of 10 ms below half of the median rate";

void add_slow_windows(std::vector<double> pool, std::vector<double> bare, Results& results) {
  Figure more{.what = "1 caller, 1 worker, share of slow windows less the bare pair's",
              .relation = Relation::kAtMost,
              .target = 0,
              .unit = "",
              .note = std::string(kSlowWindows) + "; those with stolen time are left out"};
  for (std::size_t i = 0; i < pool.size(); ++i)
    more.runs.push_back(std::max(0.0, pool[i] - bare[i]));
  results.figures.push_back(std::move(more));
  const char* const row = "1 caller, 1 worker";
  results.cells.push_back({kSlowWindows, row, "inferpool", "share", median(std::move(pool))});
  results.cells.push_back({kSlowWindows, row, "bare pair", "share", median(std::move(bare))});
}

}  // namespace

void measure_disturbance(int runs, Progress& progress, Results& results) {
  progress.step("a disturbed pair");
  HotPair pair;
  YieldFloor bare(1);
  Figure recovery{.what = "1 caller, 1 worker, hot again after 100 ms of two busy threads",
                  .relation = Relation::kAtMost,
                  .target = 10,
                  .unit = "ms",
                  .note = "the first of three windows of 10 ms with 0.9 x the rate of before"};
  std::vector<double> pool_slow;
  std::vector<double> bare_slow;
  for (int run = 0; run < runs; ++run) {
    {
      Windows windows([&] { pair.call(); });
      recovery.runs.push_back(time_to_recover(windows));
      pool_slow.push_back(slow_share(windows, 5 * kAfter));
    }
    bare.serve(1);
    {
      Windows windows([&] { bare.call(0, {}); });
      bare_slow.push_back(slow_share(windows, 5 * kAfter));
    }
    bare.serve(0);
  }
  results.figures.push_back(std::move(recovery));
  add_slow_windows(std::move(pool_slow), std::move(bare_slow), results);
}

}  // namespace bench
