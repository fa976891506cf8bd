// SPDX-License-Identifier: Apache-2.0
#include "mix/break_even.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include "measure/callers.hpp"
#include "measure/cores.hpp"
#include "measure/number.hpp"
#include "measure/rounds.hpp"
#include "mix/measurements.hpp"
#include "mix/mixed_pool.hpp"
#include "models/calibration.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr int kCallers = 8;
constexpr int kWorkers = 2;

// For each run the rate of the pool's callers beside that of one thread that is the model itself.
std::vector<double> gains_at(Nanoseconds run, MixedPool& pool, const Options& options) {
  const Work task{.rounds = rounds_of(run)};
  Callers pooled(kCallers, [&](int) { infer_mixed(pool, task); });
  Callers direct(1, [&](int) { carry_out(task); });
  Rounds rounds(
      {{"pool", [&](Nanoseconds slice, Samples& rates) { rates.add(pooled.rate(slice)); }},
       {"thread", [&](Nanoseconds slice, Samples& rates) { rates.add(direct.rate(slice)); }}},
      {.runs = options.runs, .slices = options.full ? 6 : 2, .slice = 40ms});
  rounds.run();
  return ratios(rounds.means(0), rounds.means(1));
}

}  // namespace

void measure_break_even(const Options& options, Progress& progress, Results& results) {
  progress.step("break-even");
  const int cores = static_cast<int>(usable_cores().size());
  Figure figure{.what = "8 callers of 2 workers on " + number(cores) +
                        " cores answer more than one thread in process from a run time of",
                .relation = Relation::kAtMost,
                .target = 8,
                .unit = "us"};
  if (cores < kWorkers) {
    figure.not_measured = "it needs two processors";
    results.figures.push_back(std::move(figure));
    return;
  }
  MixedPool pool(mixed_settings(kWorkers));
  std::vector<std::vector<Gain>> gains(static_cast<std::size_t>(options.runs));
  const int longest = options.full ? 1024 : 128;
  for (int run = options.full ? 1 : 2; run <= longest; run *= 2) {
    const std::vector<double> of_runs = gains_at(std::chrono::microseconds(run), pool, options);
    for (std::size_t i = 0; i < of_runs.size(); ++i)
      gains[i].push_back({static_cast<double>(run), of_runs[i]});
    results.cells.push_back({"8 callers of 2 workers beside one thread in process",
                             "model of " + number(run) + " us", "rate", "x", median(of_runs)});
  }
  for (const std::vector<Gain>& of_run : gains) figure.runs.push_back(break_even(of_run));
  if (figure.value() >= longest)
    figure.note = "even a model of " + number(longest) + " us is too short";
  results.figures.push_back(std::move(figure));
}

}  // namespace bench
