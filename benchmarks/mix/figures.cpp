// SPDX-License-Identifier: Apache-2.0
#include "mix/figures.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "measure/cores.hpp"
#include "measure/number.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

// One value for each run of a cell; none: the promise is not about this cell.
using OfRun = std::function<std::optional<double>(const MeasuredMix&, std::size_t run)>;

std::vector<double> values_of(const MeasuredMix& cell, const OfRun& value) {
  std::vector<double> values;
  for (std::size_t run = 0; run < cell.pool.size(); ++run)
    if (const auto one = value(cell, run)) values.push_back(*one);
  return values;
}

void add_worst(Figure figure, const std::vector<MeasuredMix>& matrix, const OfRun& value,
               Results& results) {
  int cells = 0;
  int missed = 0;
  std::string worst;
  for (const MeasuredMix& cell : matrix) {
    Figure one = figure;
    one.runs = values_of(cell, value);
    if (one.runs.empty()) continue;
    ++cells;
    if (!one.holds()) ++missed;
    const bool worse = figure.relation == Relation::kAtLeast ? one.value() < figure.value()
                                                             : one.value() > figure.value();
    if (!figure.runs.empty() && !worse) continue;
    figure.runs = std::move(one.runs);
    worst = to_string(cell.mix);
  }
  if (cells == 0) return;
  figure.note = "the worst of " + number(cells) + " cells: " + worst + "; " + number(missed) +
                " of them miss it";
  results.figures.push_back(std::move(figure));
}

bool computes(const MeasuredMix& cell, Nanoseconds run) {
  return !cell.mix.sleeps && cell.mix.run == run;
}

// The rate of models that compute without a pause on all cores that callers and workers can fill.
double linear_rate(const Mix& mix) {
  const int cores = static_cast<int>(usable_cores().size());
  return std::min({mix.callers, mix.workers, cores}) / (static_cast<double>(mix.run.count()) / 1e9);
}

// The rate of a model that computes for so long, for callers that do not think.
void add_beside_floor(const char* what, Nanoseconds time, double target,
                      const std::vector<MeasuredMix>& matrix, Results& results) {
  add_worst(
      {.what = what, .relation = Relation::kAtLeast, .target = target, .unit = "x"}, matrix,
      [time](const MeasuredMix& cell, std::size_t run) -> std::optional<double> {
        if (!computes(cell, time) || cell.mix.think > 0ns) return std::nullopt;
        return cell.pool[run].rate() / cell.floor[run].rate();
      },
      results);
}

void add_rates(const std::vector<MeasuredMix>& matrix, Results& results) {
  add_beside_floor("null model, any mix, beside the yield floor", 0ns, 0.5, matrix, results);
  add_beside_floor("model of 10 us, any mix, beside the yield floor", 10us, 0.8, matrix, results);
  const int cores = static_cast<int>(usable_cores().size());
  add_worst(
      {.what = "model of 100 us or 1 ms, as many callers as cores, beside the best of floor "
               "and linear",
       .relation = Relation::kAtLeast,
       .target = 0.95,
       .unit = "x"},
      matrix,
      [cores](const MeasuredMix& cell, std::size_t run) -> std::optional<double> {
        if (!computes(cell, 100us) && !computes(cell, 1ms)) return std::nullopt;
        if (cell.mix.callers < cores || cell.mix.think > 0ns) return std::nullopt;
        return cell.pool[run].rate() / std::max(cell.floor[run].rate(), linear_rate(cell.mix));
      },
      results);
}

void add_costs(const std::vector<MeasuredMix>& matrix, Results& results) {
  add_worst(
      {.what = "model of 100 us or 1 ms, p99 beside spin = 0",
       .relation = Relation::kAtMost,
       .target = 1.2,
       .unit = "x"},
      matrix,
      [](const MeasuredMix& cell, std::size_t run) -> std::optional<double> {
        if (!computes(cell, 100us) && !computes(cell, 1ms)) return std::nullopt;
        return cell.pool[run].latencies.quantile(0.99) /
               cell.sleeping[run].latencies.quantile(0.99);
      },
      results);
  // A pool that answers more in the same time may use more of it.
  add_worst(
      {.what = "processor time of a call, any mix, beside the lower of floor and spin = 0",
       .relation = Relation::kAtMost,
       .target = 1.3,
       .unit = "x"},
      matrix,
      [](const MeasuredMix& cell, std::size_t run) -> std::optional<double> {
        const Slice& lower =
            cell.floor[run].processor_per_call() < cell.sleeping[run].processor_per_call()
                ? cell.floor[run]
                : cell.sleeping[run];
        const double faster = std::max(1.0, cell.pool[run].rate() / lower.rate());
        return cell.pool[run].processor_per_call() / lower.processor_per_call() / faster;
      },
      results);
}

// The same callers and model with 4 workers, beside the number of workers that is best for them.
void add_default_workers(const std::vector<MeasuredMix>& matrix, Results& results) {
  add_worst(
      {.what = "4 workers beside the best number of workers",
       .relation = Relation::kAtLeast,
       .target = 0.8,
       .unit = "x"},
      matrix,
      [&](const MeasuredMix& cell, std::size_t run) -> std::optional<double> {
        if (cell.mix.workers != 4) return std::nullopt;
        double best = 0;
        for (const MeasuredMix& other : matrix) {
          Mix same = other.mix;
          same.workers = cell.mix.workers;
          if (same == cell.mix) best = std::max(best, other.pool[run].rate());
        }
        return cell.pool[run].rate() / best;
      },
      results);
}

}  // namespace

void add_figures(const std::vector<MeasuredMix>& matrix, Results& results) {
  add_rates(matrix, results);
  add_costs(matrix, results);
  add_default_workers(matrix, results);
}

}  // namespace bench
