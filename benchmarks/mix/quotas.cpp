// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "measure/instrument.hpp"
#include "measure/number.hpp"
#include "mix/calls.hpp"
#include "mix/cpu_quota.hpp"
#include "mix/measurements.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kSlice = 320ms;
// A load calls for a quarter of a slice more; a period is 100 ms.
constexpr double kPeriods = 4;

std::string unique_name() {
  static int made = 0;
  return "inferpool-mix-" + std::to_string(getpid()) + "-" + std::to_string(++made);
}

void compute_for(Nanoseconds time) {
  for (const Clock::time_point end = Clock::now() + time; Clock::now() < end;) work(1000);
}

// The periods in which a quota of a tenth of a processor is used up. The known case computes for
// three periods.
Instrument throttled_periods() {
  return {"throttled periods",
          [](const Instrument::Code& code) {
            const CpuQuota quota(unique_name(), 0.1);
            const CpuQuota::Inside inside(quota);
            code();
            return static_cast<double>(quota.throttled_periods());
          },
          {[] { compute_for(300ms); }, 1, 10}};
}

// A pool and its callers, host and workers in one group with a quota.
class LimitedPool {
 public:
  LimitedPool(double processors, const Mix& mix, const inferpool::Settings& settings)
      : quota_(unique_name(), processors) {
    const CpuQuota::Inside inside(quota_);
    pool_ = std::make_unique<MixedPool>(settings);
    load_ = calls_to(*pool_, mix);
  }

  // The share of periods, in percent, in which the quota was used up.
  double throttled() {
    const CpuQuota::Inside inside(quota_);
    const std::uint64_t before = quota_.throttled_periods();
    rates_.push_back(load_(kSlice).rate());
    return 100 * static_cast<double>(quota_.throttled_periods() - before) / kPeriods;
  }
  [[nodiscard]] double rate() const { return median(rates_); }

 private:
  CpuQuota quota_;
  std::unique_ptr<MixedPool> pool_;
  Load load_;
  std::vector<double> rates_;
};

// For each run, how many percent of the periods the pool was stopped more often than with spin = 0.
std::vector<double> measure_one(double processors, const Mix& mix, int runs, Results& results) {
  LimitedPool pool(processors, mix, mixed_settings(mix.workers));
  LimitedPool sleeping(processors, mix, without_spin(mixed_settings(mix.workers)));
  std::vector<double> throttled;
  std::vector<double> sleeping_throttled;
  std::vector<double> more;
  for (int run = 0; run < runs; ++run) {
    throttled.push_back(pool.throttled());
    sleeping_throttled.push_back(sleeping.throttled());
    more.push_back(throttled.back() - sleeping_throttled.back());
  }
  const std::string row = to_string(mix) + ", quota " + number(processors);
  const auto add = [&](const char* table, const char* unit, double value, double slept) {
    results.cells.push_back({table, row, "inferpool", unit, value});
    results.cells.push_back({table, row, "inferpool, spin = 0", unit, slept});
  };
  add("throttled periods", "%", median(throttled), median(sleeping_throttled));
  add("rate within a quota", "requests/s", pool.rate(), sleeping.rate());
  return more;
}

std::vector<Mix> mixes(bool full) {
  std::vector<Mix> mixes{{.callers = 1, .workers = 1},
                         {.callers = 4, .workers = 4, .run = 100us, .think = 1ms}};
  if (!full) return mixes;
  mixes.push_back({.callers = 8, .workers = 4});
  mixes.push_back({.callers = 8, .workers = 4, .run = 10us});
  mixes.push_back({.callers = 8, .workers = 4, .run = 1ms, .think = 1ms});
  return mixes;
}

// The worst of the mixes.
Figure measure_quota(double processors, const Options& options, Results& results) {
  Figure worst{.what = "quota of " + number(processors) +
                       " processors, throttled periods more than with spin = 0",
               .relation = Relation::kAtMost,
               .target = 0,
               .unit = "% of the periods"};
  worst.not_measured = throttled_periods().blindness();
  if (!worst.not_measured.empty()) return worst;
  for (const Mix& mix : mixes(options.full)) {
    Figure one = worst;
    one.runs = measure_one(processors, mix, options.runs, results);
    one.note = "the worst mix: " + to_string(mix);
    if (worst.runs.empty() || one.value() > worst.value()) worst = std::move(one);
  }
  return worst;
}

}  // namespace

void measure_quotas(const Options& options, Progress& progress, Results& results) {
  progress.step("quotas of processor time");
  for (const double processors : {1.0, 1.5})
    results.figures.push_back(measure_quota(processors, options, results));
}

}  // namespace bench
