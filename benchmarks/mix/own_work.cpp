// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <future>
#include <string>
#include <utility>
#include <vector>

#include "measure/cores.hpp"
#include "measure/number.hpp"
#include "mix/call_loop.hpp"
#include "mix/calls.hpp"
#include "mix/measurements.hpp"
#include "models/calibration.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTable = "threads of the host that compute on all cores";

// Threads of this process that compute, one for each core, beside the callers of a pool.
class OwnWork {
 public:
  Slice alone(Nanoseconds slice) { return computing_.measure(slice); }

  // What they do while the load calls.
  Slice beside(const Load& load, Nanoseconds slice) {
    auto calls = std::async(std::launch::async, load, slice);
    const Slice own = computing_.measure(slice);
    calls.get();
    return own;
  }

 private:
  CallLoop computing_{CallLoop::Plan{.callers = static_cast<int>(usable_cores().size()),
                                     .call = [rounds = rounds_of(10us)](int) { work(rounds); }}};
};

struct Rates {
  std::vector<double> alone, beside_pool, beside_sleeping;
};

Rates measure(OwnWork& own, const Mix& mix, const Options& options, Results& results) {
  MixedPool pool(mixed_settings(mix.workers));
  MixedPool sleeping(without_spin(mixed_settings(mix.workers)));
  const Load to_pool = calls_to(pool, mix);
  const Load to_sleeping = calls_to(sleeping, mix);
  const auto given =
      take_turns({[&](Nanoseconds slice) { return own.alone(slice); },
                  [&](Nanoseconds slice) { return own.beside(to_pool, slice); },
                  [&](Nanoseconds slice) { return own.beside(to_sleeping, slice); }},
                 {.runs = options.runs, .slices = options.full ? 4 : 2, .slice = 60ms});
  Rates rates{rates_of(given[0]), rates_of(given[1]), rates_of(given[2])};
  const auto add = [&](const char* column, const std::vector<double>& runs) {
    results.cells.push_back(
        {kTable, "beside " + to_string(mix), column, "x alone", median(ratios(runs, rates.alone))});
  };
  add("inferpool", rates.beside_pool);
  add("inferpool, spin = 0", rates.beside_sleeping);
  return rates;
}

// What the threads lost, in percent of what they do alone: `less` instead of `more`.
std::vector<double> lost(const std::vector<double>& more, const std::vector<double>& less,
                         const std::vector<double>& alone) {
  std::vector<double> percent;
  for (std::size_t run = 0; run < alone.size(); ++run)
    percent.push_back(100 * (more[run] - less[run]) / alone[run]);
  return percent;
}

Figure figure_of(const std::string& what, std::vector<double> runs, const std::string& note) {
  return {.what = what,
          .runs = std::move(runs),
          .relation = Relation::kAtMost,
          .target = 3,
          .unit = "%",
          .note = note};
}

}  // namespace

void measure_own_work(const Options& options, Progress& progress, Results& results) {
  progress.step("the host's own work");
  OwnWork own;
  const Mix one{.callers = 1, .workers = 1, .run = 1ms, .sleeps = true};
  const Rates beside_one = measure(own, one, options, results);
  const double slept = median(lost(beside_one.alone, beside_one.beside_sleeping, beside_one.alone));
  results.figures.push_back(
      figure_of("threads of the host that compute lose to a waiter",
                lost(beside_one.alone, beside_one.beside_pool, beside_one.alone),
                "beside " + to_string(one) + "; with spin = 0 they lose " + number(slept) + " %"));
  std::vector<Nanoseconds> runs{100us, 1ms};
  if (options.full) runs.insert(runs.end(), {30us, 10ms});
  Figure worst;
  for (const Nanoseconds run : runs) {
    const Mix many{.callers = 4, .workers = 4, .run = run, .sleeps = true};
    const Rates rates = measure(own, many, options, results);
    Figure figure =
        figure_of("threads of the host that compute lose to waiters, more than with spin = 0",
                  lost(rates.beside_sleeping, rates.beside_pool, rates.alone),
                  "the worst mix: " + to_string(many));
    if (worst.runs.empty() || figure.value() > worst.value()) worst = std::move(figure);
  }
  results.figures.push_back(std::move(worst));
}

}  // namespace bench
