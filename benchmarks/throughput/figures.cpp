// SPDX-License-Identifier: Apache-2.0
#include "throughput/figures.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "measure/callers.hpp"
#include "measure/cores.hpp"
#include "measure/number.hpp"
#include "measure/rounds.hpp"
#include "models/calibration.hpp"
#include "models/in_flight.hpp"
#include "throughput/fifo_floor.hpp"
#include "throughput/pools.hpp"
#include "throughput/wire_floor.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

constexpr const char* kUnit = "requests/s";

// A contender from anything that has rate(slice); it adds one value per slice.
template <typename Load>
Contender contender(std::string name, Load& load) {
  return {std::move(name),
          [&load](Nanoseconds slice, Samples& samples) { samples.add(load.rate(slice)); }};
}

// The mean rate of each contender, over all runs.
void add_cells(const Rounds& rounds, const std::string& table, const std::string& column,
               Results& results) {
  for (std::size_t i = 0; i < rounds.contenders(); ++i)
    results.cells.push_back({table, rounds.name(i), column, kUnit, rounds.all(i).mean()});
}

std::vector<double> beside(const Rounds& rounds, const char* above, const char* below) {
  return ratios(rounds.means(rounds.index(above)), rounds.means(rounds.index(below)));
}

// For each run the fastest of the contenders whose names begin with `prefix`.
std::vector<double> fastest(const Rounds& rounds, std::string_view prefix) {
  std::vector<double> best(static_cast<std::size_t>(rounds.runs()));
  for (std::size_t i = 0; i < rounds.contenders(); ++i) {
    if (!rounds.name(i).starts_with(prefix)) continue;
    const std::vector<double> means = rounds.means(i);
    for (std::size_t run = 0; run < best.size(); ++run) best[run] = std::max(best[run], means[run]);
  }
  return best;
}

}  // namespace

void measure_in_flight(int runs, Progress& progress, Results& results) {
  progress.step("32 in flight");
  BusyPool pool(busy_settings(1));
  InFlight load(pool, 32, inferpool::Tensor::scalar(std::uint64_t{0}));
  Rounds rounds({contender("inferpool", load)}, {.runs = runs, .slices = 10, .slice = 50ms});
  rounds.run(&progress);
  add_cells(rounds, "null model, asynchronous", "32 in flight, 1 worker", results);
  results.figures.push_back({.what = "null model, 32 in flight, 1 worker, async handlers",
                             .runs = rounds.means(0),
                             .relation = Relation::kAtLeast,
                             .target = 1e6,
                             .unit = kUnit,
                             .note = "one thread starts, completes and calls handlers"});
}

void measure_hand_over(int runs, Progress& progress, Results& results) {
  constexpr int kThreads = 8;
  progress.step("8 threads share a worker");
  BusyPool pool(busy_settings(1));
  BusyPool sleeping(without_spin(busy_settings(1)));
  FifoFloor sleeping_floor(0), looking_floor(50), long_looking_floor(200);
  const auto passes = [](FifoFloor& floor) { return [&floor](int thread) { floor.pass(thread); }; };
  const auto leaves = [](FifoFloor& floor) {
    return [&floor](int thread) { floor.leave(thread); };
  };
  Callers pooled(kThreads, [&](int) { infer_busy(pool, 0); });
  Callers slept(kThreads, [&](int) { infer_busy(sleeping, 0); });
  Callers parked(kThreads, passes(sleeping_floor), leaves(sleeping_floor));
  Callers looked(kThreads, passes(looking_floor), leaves(looking_floor));
  Callers long_looked(kThreads, passes(long_looking_floor), leaves(long_looking_floor));
  Rounds rounds({contender("inferpool", pooled), contender("inferpool, spin = 0", slept),
                 contender("bare hand-over: sleep at once", parked),
                 contender("bare hand-over: 50 looks, then sleep", looked),
                 contender("bare hand-over: 200 looks, then sleep", long_looked)},
                {.runs = runs, .slices = 10, .slice = 40ms});
  rounds.run(&progress);
  add_cells(rounds, "null model, 8 synchronous threads", "1 worker", results);
  results.figures.push_back(
      {.what = "null model, 8 sync threads, 1 worker, beside the fastest bare FIFO hand-over",
       .runs = ratios(rounds.means(0), fastest(rounds, "bare")),
       .relation = Relation::kAtLeast,
       .target = 0.8,
       .unit = "x",
       .note =
           "in the floor each turn waits for its thread to run; a pool serves a request while its "
           "caller still wakes up"});
}

namespace {

void measure_cpu_bound(int runs, Nanoseconds time, const std::string& name, bool beside_wire,
                       Results& results, Progress& progress) {
  progress.step("model of " + name);
  const int cores = static_cast<int>(usable_cores().size());
  const std::uint64_t rounds_of_work = rounds_of(time);
  WireFloor wire(cores);
  BusyPool pool(busy_settings(cores));
  Callers direct(1, [&](int) { work(rounds_of_work); });
  Callers wired(wire.callers(), [&](int caller) { wire.call(caller, rounds_of_work); });
  Callers pooled(wire.callers(), [&](int) { infer_busy(pool, rounds_of_work); });
  Rounds rounds({contender("the model alone, 1 thread", direct), contender("bare wire", wired),
                 contender("inferpool", pooled)},
                {.runs = runs, .slices = 10, .slice = 50ms});
  rounds.run(&progress);
  add_cells(rounds, "model that computes, a worker for each of " + number(cores) + " cores", name,
            results);
  Figure figure;
  figure.relation = Relation::kAtLeast;
  figure.unit = "x";
  if (beside_wire) {
    figure.what = "CPU-bound model of " + name + ", beside the bare two-word wire of equal depth";
    figure.runs = beside(rounds, "inferpool", "bare wire");
    figure.target = 0.97;
    figure.note =
        "each request wakes its caller on a core that computes, in the wire as in the pool";
  } else {
    figure.what = "CPU-bound model of " + name + " on " + number(cores) + " cores, beside linear";
    figure.runs = beside(rounds, "inferpool", "the model alone, 1 thread");
    for (double& ratio : figure.runs) ratio /= cores;
    figure.target = 0.95;
    figure.note = "the bare wire: " +
                  number(median(beside(rounds, "bare wire", "the model alone, 1 thread")) / cores);
  }
  results.figures.push_back(std::move(figure));
}

void measure_crowd(int runs, Nanoseconds time, const std::string& name, Results& results,
                   Progress& progress) {
  progress.step("crowd, model of " + name);
  const int cores = static_cast<int>(usable_cores().size());
  const std::uint64_t rounds_of_work = rounds_of(time);
  BusyPool pool(busy_settings(2 * cores));
  BusyPool sleeping(without_spin(busy_settings(2 * cores)));
  Callers pooled(4 * cores, [&](int) { infer_busy(pool, rounds_of_work); });
  Callers slept(4 * cores, [&](int) { infer_busy(sleeping, rounds_of_work); });
  Rounds rounds({contender("inferpool", pooled), contender("inferpool, spin = 0", slept)},
                {.runs = runs, .slices = 10, .slice = 50ms});
  rounds.run(&progress);
  add_cells(rounds,
            number(4 * cores) + " callers, " + number(2 * cores) + " workers, " + number(cores) +
                " cores",
            name, results);
  results.figures.push_back(
      {.what = "more callers and workers than cores, model of " + name + ", beside spin = 0",
       .runs = beside(rounds, "inferpool", "inferpool, spin = 0"),
       .relation = Relation::kAtLeast,
       .target = 0.95,
       .unit = "x",
       .note = "below 1: processor time that spinning took from models"});
}

}  // namespace

void measure_cpu_bound(int runs, Progress& progress, Results& results) {
  measure_cpu_bound(runs, 100us, "100 us", true, results, progress);
  measure_cpu_bound(runs, 1ms, "1 ms", false, results, progress);
}

void measure_crowd(int runs, Progress& progress, Results& results) {
  measure_crowd(runs, 0us, "0", results, progress);
  measure_crowd(runs, 10us, "10 us", results, progress);
  measure_crowd(runs, 100us, "100 us", results, progress);
  measure_crowd(runs, 1ms, "1 ms", results, progress);
}

}  // namespace bench
