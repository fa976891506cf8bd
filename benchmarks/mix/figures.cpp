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
using Cells = std::vector<MeasuredMix>;
using IsMeant = std::function<bool(const Mix&)>;
using OfRun = std::function<double(const MeasuredMix&, std::size_t run)>;

std::vector<double> values_of(const MeasuredMix& cell, const OfRun& value) {
  std::vector<double> values;
  for (std::size_t run = 0; run < cell.pool.size(); ++run) values.push_back(value(cell, run));
  return values;
}

bool is_worse(const Figure& figure, const Figure& other) {
  return figure.relation == Relation::kAtLeast ? figure.value() < other.value()
                                               : figure.value() > other.value();
}

// The figure of the worst of the cells that it is about.
void add_worst(const Figure& promise, const Cells& cells, const IsMeant& is_meant,
               const OfRun& value, Results& results) {
  Figure worst = promise;
  std::string where;
  int meant = 0;
  int missed = 0;
  for (const MeasuredMix& cell : cells) {
    if (!is_meant(cell.mix)) continue;
    Figure one = promise;
    one.runs = values_of(cell, value);
    ++meant;
    if (!one.holds()) ++missed;
    if (meant > 1 && !is_worse(one, worst)) continue;
    worst.runs = std::move(one.runs);
    where = to_string(cell.mix);
  }
  if (meant == 0)
    worst.not_measured = "no cell of this run is meant";
  else
    worst.note = "the worst cell: " + where + "; " + number(missed) + " of " + number(meant) +
                 " miss it" + (promise.note.empty() ? "" : "; " + promise.note);
  results.figures.push_back(std::move(worst));
}

Figure at_least(std::string what, double target) {
  return {.what = std::move(what), .relation = Relation::kAtLeast, .target = target, .unit = "x"};
}

Figure at_most(std::string what, double target) {
  return {.what = std::move(what), .relation = Relation::kAtMost, .target = target, .unit = "x"};
}

bool is_closed(const Mix& mix) {
  return !mix.asynchronous && !mix.one_processor && mix.percent == 0;
}

bool computes(const Mix& mix, Nanoseconds run) { return !mix.sleeps && mix.run == run; }

bool computes_long(const Mix& mix) { return computes(mix, 100us) || computes(mix, 1ms); }

int cores() { return static_cast<int>(usable_cores().size()); }

double beside_floor(const MeasuredMix& cell, std::size_t run) {
  return cell.pool[run].rate() / cell.floor[run].rate();
}

double beside_sleeping(const MeasuredMix& cell, std::size_t run) {
  return cell.pool[run].rate() / cell.sleeping[run].rate();
}

double p99_beside_sleeping(const MeasuredMix& cell, std::size_t run) {
  return cell.pool[run].latencies.quantile(0.99) / cell.sleeping[run].latencies.quantile(0.99);
}

// The rate of models that compute without a pause on all cores that callers and workers can fill.
double linear_rate(const Mix& mix) {
  return std::min({mix.callers, mix.workers, cores()}) /
         (static_cast<double>(mix.run.count()) / 1e9);
}

double beside_best(const MeasuredMix& cell, std::size_t run) {
  return cell.pool[run].rate() / std::max(cell.floor[run].rate(), linear_rate(cell.mix));
}

// A pool that answers more in the same time may use more of it.
double processor_time(const MeasuredMix& cell, std::size_t run) {
  const Slice& pool = cell.pool[run];
  const Slice& floor = cell.floor[run];
  const Slice& sleeping = cell.sleeping[run];
  const Slice& lower =
      floor.processor_per_call() < sleeping.processor_per_call() ? floor : sleeping;
  return pool.processor_per_call() / lower.processor_per_call() /
         std::max(1.0, pool.rate() / lower.rate());
}

void add_rates(const Cells& cells, Results& results) {
  const auto without_think = [](Nanoseconds run) {
    return
        [run](const Mix& mix) { return is_closed(mix) && computes(mix, run) && mix.think == 0ns; };
  };
  add_worst(at_least("null model, any mix, beside the yield floor", 0.5), cells, without_think(0ns),
            beside_floor, results);
  add_worst(at_least("model of 10 us, any mix, beside the yield floor", 0.8), cells,
            without_think(10us), beside_floor, results);
  const IsMeant fills_cores = [](const Mix& mix) {
    return is_closed(mix) && computes_long(mix) && mix.think == 0ns && mix.callers >= cores();
  };
  add_worst(at_least("model of 100 us or 1 ms, as many callers as cores, beside the best of floor "
                     "and linear",
                     0.95),
            cells, fills_cores, beside_best, results);
  add_worst(at_most("model of 100 us or 1 ms, as many callers as cores, p99 beside spin = 0", 1.2),
            cells, fills_cores, p99_beside_sleeping, results);
}

// The same callers and model with 4 workers, beside the number of workers that is best for them.
void add_default_workers(const Cells& cells, Results& results) {
  const auto beside_others = [&](const MeasuredMix& cell, std::size_t run) {
    double best = 0;
    for (const MeasuredMix& other : cells) {
      Mix same = other.mix;
      same.workers = cell.mix.workers;
      if (same == cell.mix) best = std::max(best, other.pool[run].rate());
    }
    return cell.pool[run].rate() / best;
  };
  add_worst(
      at_least("4 workers beside the best number of workers", 0.8), cells,
      [](const Mix& mix) { return is_closed(mix) && mix.workers == 4; }, beside_others, results);
}

void add_in_flight(const Cells& cells, Results& results) {
  Figure beside =
      at_least("null model, 32 in flight, beside a floor that has as many under way", 0.5);
  beside.note = "the floor makes no objects for its calls, and calls no handlers";
  add_worst(
      beside, cells, [](const Mix& mix) { return mix.asynchronous; }, beside_floor, results);
  Cells fast;
  for (const MeasuredMix& cell : cells)
    if (cell.mix.asynchronous && median(rates_of(cell.floor)) >= 2e6) fast.push_back(cell);
  Figure rate = at_least("null model, 32 in flight, where that floor makes 2 M/s", 1e6);
  rate.unit = "requests/s";
  add_worst(
      rate, fast, [](const Mix&) { return true; },
      [](const MeasuredMix& cell, std::size_t run) { return cell.pool[run].rate(); }, results);
}

void add_one_processor(const Cells& cells, Results& results) {
  const IsMeant without_think = [](const Mix& mix) {
    return mix.one_processor && mix.think == 0ns;
  };
  add_worst(at_least("one processor for all, any mix, beside the yield floor there", 0.8), cells,
            without_think, beside_floor, results);
  Figure beside = at_least("one processor for all, any mix, beside spin = 0 there", 1);
  beside.note = "where the pool spins and yields as little, what differs is noise";
  add_worst(beside, cells, without_think, beside_sleeping, results);
}

void add_processor_times(const Cells& cells, Results& results) {
  const auto add = [&](const char* where, const IsMeant& is_meant) {
    add_worst(at_most("processor time of a call, " + std::string(where) +
                          ", beside the lower of floor and spin = 0",
                      1.3),
              cells, is_meant, processor_time, results);
  };
  add("any mix", is_closed);
  add("one processor for all", [](const Mix& mix) { return mix.one_processor; });
  add("32 in flight", [](const Mix& mix) { return mix.asynchronous; });
  add("open loop at 10 to 90 % of the floor's rate",
      [](const Mix& mix) { return mix.percent > 0; });
}

}  // namespace

void add_figures(const std::vector<MeasuredMix>& cells, Results& results) {
  add_rates(cells, results);
  add_worst(
      at_most("model of 100 us or 1 ms, open loop at 10 to 90 % of the floor's rate, p99 beside "
              "spin = 0",
              1.2),
      cells, [](const Mix& mix) { return mix.percent > 0 && computes_long(mix); },
      p99_beside_sleeping, results);
  add_default_workers(cells, results);
  add_in_flight(cells, results);
  add_one_processor(cells, results);
  add_processor_times(cells, results);
}

}  // namespace bench
