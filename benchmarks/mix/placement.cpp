// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sched.h>

#include <array>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "measure/cores.hpp"
#include "measure/number.hpp"
#include "mix/call_loop.hpp"
#include "mix/measurements.hpp"
#include "mix/mixed_pool.hpp"
#include "mix/turns.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

struct Placement {
  const char* name;
  std::optional<int> host = {};    // the core of the host, which makes the pool there
  std::optional<int> worker = {};  // the core that cpu_affinity names
  std::optional<int> caller = {};  // the core of the calling thread alone
  bool fifo = false;               // the calling thread is at SCHED_FIFO
  bool spins = true;
};

// The error of a thread that tries to run at SCHED_FIFO; 0: none.
int run_at_fifo() {
  sched_param parameters{};
  parameters.sched_priority = sched_get_priority_min(SCHED_FIFO);
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
}

// Why a thread of this process cannot run at SCHED_FIFO; empty if it can.
std::string fifo_refused() {
  int error = 0;
  std::jthread([&error] { error = run_at_fifo(); }).join();
  return error == 0 ? "" : std::strerror(error);
}

inferpool::Settings settings_of(const Placement& placement) {
  inferpool::Settings settings = mixed_settings(1);
  if (placement.worker) settings.cpu_affinity = number(*placement.worker);
  return placement.spins ? settings : without_spin(std::move(settings));
}

// One caller and one worker, placed.
class PlacedPair {
 public:
  explicit PlacedPair(const Placement& placement) : name(placement.name) {
    std::optional<Pinned> pinned;
    if (placement.host) pinned.emplace(*placement.host);
    pool_ = std::make_unique<MixedPool>(settings_of(placement));
    if (placement.caller) pinned.emplace(*placement.caller);
    CallLoop::Plan plan{.call = [this](int) { infer_mixed(*pool_, {}); }};
    if (placement.fifo) plan.prepare = [] { run_at_fifo(); };
    loop_ = std::make_unique<CallLoop>(std::move(plan));
  }

  Slice measure(Nanoseconds slice) { return loop_->measure(slice); }

  const std::string name;

 private:
  std::unique_ptr<MixedPool> pool_;
  std::unique_ptr<CallLoop> loop_;
};

// The rates of each placement, which take turns.
std::vector<std::vector<double>> measure_rates(const std::vector<Placement>& placements,
                                               const Options& options, Results& results) {
  std::vector<std::unique_ptr<PlacedPair>> pairs;
  std::vector<Load> loads;
  for (const Placement& placement : placements) {
    pairs.push_back(std::make_unique<PlacedPair>(placement));
    loads.push_back([&pair = *pairs.back()](Nanoseconds slice) { return pair.measure(slice); });
  }
  const auto given =
      take_turns(loads, {.runs = options.runs, .slices = options.full ? 4 : 1, .slice = 100ms});
  std::vector<std::vector<double>> rates;
  for (std::size_t i = 0; i < given.size(); ++i) {
    rates.push_back(rates_of(given[i]));
    results.cells.push_back({"placements of 1 caller and 1 worker, null model", pairs[i]->name,
                             "rate", "requests/s", median(rates.back())});
  }
  return rates;
}

void measure_apart(const std::vector<int>& cores, const Options& options, Results& results) {
  if (cores.size() < 2) {
    results.left_out.push_back("host and worker pinned apart: it needs two processors");
    return;
  }
  const auto rates = measure_rates({{.name = "free"},
                                    {.name = "apart", .host = cores[0], .worker = cores[1]},
                                    {.name = "caller alone pinned", .caller = cores[0]},
                                    {.name = "worker alone pinned", .worker = cores[1]}},
                                   options, results);
  const auto add = [&](const char* what, std::size_t placement) {
    results.figures.push_back({.what = what,
                               .runs = ratios(rates[placement], rates[0]),
                               .relation = Relation::kAtLeast,
                               .target = 0.9,
                               .unit = "x"});
  };
  add("host pinned to one processor, worker to another, beside both free", 1);
  add("caller alone pinned, beside both free", 2);
  add("worker alone pinned, beside both free", 3);
}

void measure_fifo_host(int core, const Options& options, Results& results) {
  Figure figure{.what = "SCHED_FIFO caller and ordinary worker on one processor, beside spin = 0",
                .relation = Relation::kAtLeast,
                .target = 1,
                .unit = "x"};
  figure.not_measured = fifo_refused();
  if (figure.not_measured.empty()) {
    const auto rates =
        measure_rates({{.name = "SCHED_FIFO caller, on one processor", .host = core, .fifo = true},
                       {.name = "the same, spin = 0", .host = core, .fifo = true, .spins = false}},
                      options, results);
    figure.runs = ratios(rates[0], rates[1]);
  } else {
    figure.not_measured =
        "SCHED_FIFO: " + figure.not_measured + "; it needs CAP_SYS_NICE or RLIMIT_RTPRIO";
  }
  results.figures.push_back(std::move(figure));
}

}  // namespace

void measure_placement(const Options& options, Progress& progress, Results& results) {
  progress.step("placements of a pair");
  const std::vector<int> cores = usable_cores();
  measure_apart(cores, options, results);
  measure_fifo_host(cores.front(), options, results);
}

}  // namespace bench
