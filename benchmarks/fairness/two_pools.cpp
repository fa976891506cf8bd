// SPDX-License-Identifier: Apache-2.0
#include <atomic>
#include <inferpool/pool.hpp>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "fairness/bare_echo.hpp"
#include "fairness/fairness.hpp"
#include "fairness/pausing_model.hpp"
#include "measure/rounds.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using PausingPool = inferpool::Pool<PausingModel>;

constexpr int kCallers = 8;

// Keeps a pool of one worker busy while it lives.
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

// Counts only the second part: first the pool has to forget what it learned in the previous slice
// about the length of its waits.
template <typename Ask>
void ask(Nanoseconds slice, Samples& samples, const Ask& ask_once) {
  Samples uncounted;
  time_each(slice / 2, uncounted, ask_once);
  time_each(slice, samples, ask_once);
}

struct Load {
  std::string name;
  std::optional<Pause> request;  // to the other pool
};

// For each load, the pool and then the bare process.
std::vector<Contender> contenders(const std::vector<Load>& loads, PausingPool& pool,
                                  PausingPool& other, BareEcho& bare) {
  std::vector<Contender> result;
  for (const Load& load : loads) {
    const auto beside = [&other, load](const auto& ask_once) {
      return [&other, load, ask_once](Nanoseconds slice, Samples& samples) {
        std::optional<Saturation> saturation;
        if (load.request) saturation.emplace(other, *load.request);
        ask(slice, samples, ask_once);
      };
    };
    result.push_back({load.name, beside([&pool] { keep(pool.infer({})); })});
    result.push_back({load.name, beside([&bare] { bare.round_trip(); })});
  }
  return result;
}

void report(const Rounds& rounds, Results& results) {
  for (std::size_t i = 0; i < rounds.contenders(); ++i) {
    const std::size_t undisturbed = i % 2;
    const std::string column = i % 2 == 0 ? "a pool of one worker" : "a bare process, by socket";
    results.cells.push_back(percentiles("one caller beside a pool with 8 callers", rounds.name(i),
                                        column, "ns", rounds.all(i)));
    results.cells.push_back(
        {.table = "the same, p99 beside undisturbed (medians of the runs)",
         .row = rounds.name(i),
         .column = column,
         .unit = "x",
         .value = median(ratios(rounds.quantiles(i, 0.99), rounds.quantiles(undisturbed, 0.99)))});
  }
  results.notes.push_back(
      "two pools share nothing but the cores and the number of waits that may spin at once. Where "
      "the other one's model sleeps, the cores are free; where it does not, its worker and its "
      "callers want the cores that this caller and its worker need. The bare process, which never "
      "spins, tells what the scheduler alone makes of that");
}

}  // namespace

void measure_two_pools(const Options& options, Progress& progress, Results& results) {
  progress.step("two pools");
  BareEcho bare;
  PausingPool pool({.worker = "bench_pausing_worker", .workers = 1});
  PausingPool other({.worker = "bench_pausing_worker", .workers = 1});
  const std::vector<Load> loads{{"undisturbed", std::nullopt},
                                {"the other's model sleeps 1 ms", Pause{.sleep = 1ms}},
                                {"the other's model works 100 us", Pause{.work = 100us}},
                                {"the other's model is null", Pause{}}};
  Rounds rounds(contenders(loads, pool, other, bare),
                {.runs = options.runs, .slices = options.full ? 20 : 6, .slice = 40ms});
  rounds.run(&progress);
  report(rounds, results);
}

}  // namespace bench
