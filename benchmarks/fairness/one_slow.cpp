// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <inferpool/pool.hpp>
#include <string>
#include <thread>

#include "fairness/fairness.hpp"
#include "fairness/pausing_model.hpp"
#include "measure/rounds.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using PausingPool = inferpool::Pool<PausingModel>;

void ask_quick(PausingPool& pool, const Pause& quick, Nanoseconds slice, Samples& samples) {
  time_each(slice, samples, [&] { keep(pool.infer(quick)); });
}

// Beside one slow request that lasts longer than the slice.
void ask_beside_one(PausingPool& pool, const Pause& quick, Nanoseconds slice, Samples& samples) {
  std::future<Pause> slow = pool.submit(Pause{.sleep = slice + 5ms});
  ask_quick(pool, quick, slice, samples);
  slow.get();
}

// Beside slow requests of 1 ms, one after the other.
void ask_beside_many(PausingPool& pool, const Pause& quick, Nanoseconds slice, Samples& samples) {
  std::atomic<bool> done = false;
  const std::jthread caller([&] {
    while (!done.load()) pool.infer({.sleep = 1ms});
  });
  ask_quick(pool, quick, slice, samples);
  done.store(true);
}

void measure(const Pause& quick, const std::string& column, const RoundsPlan& plan,
             Progress& progress, Results& results) {
  PausingPool pool({.worker = "bench_pausing_worker", .workers = 2});
  Rounds rounds(
      {{"undisturbed", [&](Nanoseconds t, Samples& s) { ask_quick(pool, quick, t, s); }},
       {"beside one slow", [&](Nanoseconds t, Samples& s) { ask_beside_one(pool, quick, t, s); }},
       {"beside slow ones of 1 ms",
        [&](Nanoseconds t, Samples& s) { ask_beside_many(pool, quick, t, s); }}},
      plan);
  rounds.run(&progress);
  for (std::size_t i = 0; i < rounds.contenders(); ++i)
    results.cells.push_back(
        percentiles("quick requests, 2 workers", rounds.name(i), column, "ns", rounds.all(i)));
  results.figures.push_back(
      {.what = "quick requests (" + column + ") beside a slow one, a worker idle: p99",
       .runs = ratios(rounds.quantiles(1, 0.99), rounds.quantiles(0, 0.99)),
       .target = 1.2,
       .unit = "x undisturbed",
       .note = "the slow one sleeps through each slice of 150 ms"});
}

}  // namespace

void measure_one_slow(const Options& options, Progress& progress, Results& results) {
  progress.step("a slow request");
  const RoundsPlan plan{.runs = options.runs, .slices = options.full ? 12 : 4, .slice = 150ms};
  measure({}, "null model", plan, progress, results);
  measure({.work = 20us}, "20 us of work", plan, progress, results);
  measure({.work = 100us}, "100 us of work", plan, progress, results);
}

}  // namespace bench
