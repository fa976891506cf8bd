// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <inferpool/pool.hpp>
#include <string>
#include <thread>
#include <vector>

#include "fairness/fairness.hpp"
#include "fairness/pausing_model.hpp"
#include "measure/rounds.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using PausingPool = inferpool::Pool<PausingModel>;

constexpr int kCallers = 8;

// Keeps a pool of one worker busy from its construction until its end.
class Saturation {
 public:
  Saturation(PausingPool& pool, const Pause& request) {
    for (int i = 0; i < kCallers; ++i)
      callers_.emplace_back([&pool, request](const std::stop_token& stop) {
        while (!stop.stop_requested()) keep(pool.infer(request));
      });
    std::this_thread::sleep_for(2ms);
  }

 private:
  std::vector<std::jthread> callers_;
};

// Not counted before the pool has forgotten what the slice before did to it: what it has learned
// about the length of its waits.
void ask(PausingPool& pool, Nanoseconds slice, Samples& samples) {
  Samples uncounted;
  time_each(slice / 2, uncounted, [&] { keep(pool.infer({})); });
  time_each(slice, samples, [&] { keep(pool.infer({})); });
}

}  // namespace

void measure_two_pools(const Options& options, Progress& progress, Results& results) {
  progress.step("two pools");
  PausingPool pool({.worker = "bench_pausing_worker", .workers = 1});
  PausingPool other({.worker = "bench_pausing_worker", .workers = 1});
  const auto beside = [&](const Pause& request) {
    return [&pool, &other, request](Nanoseconds slice, Samples& samples) {
      const Saturation saturation(other, request);
      ask(pool, slice, samples);
    };
  };
  Rounds rounds({{"undisturbed", [&](Nanoseconds t, Samples& s) { ask(pool, t, s); }},
                 {"the other's model sleeps 1 ms", beside({.sleep = 1ms})},
                 {"the other's model works 100 us", beside({.work = 100us})},
                 {"the other's model is null", beside({})}},
                {.runs = options.runs, .slices = options.full ? 20 : 10, .slice = 40ms});
  rounds.run(&progress);
  for (std::size_t i = 0; i < rounds.contenders(); ++i) {
    results.cells.push_back(percentiles("one pool beside another with 8 callers", rounds.name(i),
                                        "null model", "ns", rounds.all(i)));
    results.cells.push_back(
        {.table = "the same, beside undisturbed (medians of the runs)",
         .row = rounds.name(i),
         .column = "p99",
         .unit = "x",
         .value = median(ratios(rounds.quantiles(i, 0.99), rounds.quantiles(0, 0.99)))});
  }
  results.notes.push_back(
      "two pools: they share nothing but the cores and the count of waits that may spin; where the "
      "other one's model sleeps the cores are free, where it does not, its worker and its callers "
      "run on the cores that this pool's caller and worker need");
}

}  // namespace bench
