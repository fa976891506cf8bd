// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/pool.hpp>

#include "measure/cores.hpp"
#include "measure/number.hpp"
#include "mix/closed_loop.hpp"
#include "mix/hot_pair.hpp"
#include "mix/mixed_model.hpp"
#include "mix/yield_floor.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using inferpool::Tensor;

struct Placement {
  const char* name;
  std::optional<int> host = {};    // the core of the host, which makes the pool there
  std::optional<int> worker = {};  // the core that cpu_affinity names
  std::optional<int> caller = {};  // the core of the calling thread alone
  bool spins = true;
};

// One caller and one worker, placed.
class PlacedPair {
 public:
  explicit PlacedPair(const Placement& placement) : name(placement.name) {
    std::optional<Pinned> pinned;
    if (placement.host) pinned.emplace(*placement.host);
    inferpool::Settings settings{.worker = "bench_mixed_worker", .workers = 1};
    if (placement.worker) settings.cpu_affinity = number(*placement.worker);
    if (!placement.spins) settings.spin = inferpool::Duration::zero();
    pool_ = std::make_unique<inferpool::Pool<MixedModel>>(std::move(settings));
    if (placement.caller) pinned.emplace(*placement.caller);
    loop_ = std::make_unique<ClosedLoop>(ClosedLoop::Plan{.call = [this](int) { call(); }});
  }

  double rate(Nanoseconds slice) { return loop_->measure(slice).rate(); }

  const std::string name;

 private:
  void call() {
    const Tensor answer =
        pool_->infer(Tensor::borrow(std::span<const std::uint64_t>(nothing_), {2}));
    keep(answer);
  }

  std::array<std::uint64_t, 2> nothing_{};
  std::unique_ptr<inferpool::Pool<MixedModel>> pool_;
  std::unique_ptr<ClosedLoop> loop_;
};

// The yield floor with both ends on one core.
class PlacedFloor {
 public:
  explicit PlacedFloor(int core) {
    const Pinned pinned(core);
    floor_ = std::make_unique<YieldFloor>(1);
    loop_ = std::make_unique<ClosedLoop>(
        ClosedLoop::Plan{.call = [this](int caller) { floor_->call(caller, {}); },
                         .serve = [this](bool on) { floor_->serve(on ? 1 : 0); }});
  }
  double rate(Nanoseconds slice) { return loop_->measure(slice).rate(); }

 private:
  std::unique_ptr<YieldFloor> floor_;
  std::unique_ptr<ClosedLoop> loop_;
};

constexpr std::size_t kFree = 0, kApart = 1, kTogether = 2, kTogetherAsleep = 3;

std::vector<std::unique_ptr<PlacedPair>> pairs_on(int first, int second) {
  const std::array placements{
      Placement{.name = "free"},
      Placement{.name = "apart", .host = first, .worker = second},
      Placement{.name = "together", .host = first},
      Placement{.name = "together, spin = 0", .host = first, .spins = false},
      Placement{.name = "caller alone pinned", .caller = first},
      Placement{.name = "worker alone pinned", .worker = second}};
  std::vector<std::unique_ptr<PlacedPair>> pairs;
  for (const Placement& placement : placements)
    pairs.push_back(std::make_unique<PlacedPair>(placement));
  return pairs;
}

void add_cell(const std::string& row, const std::vector<double>& rates, Results& results) {
  results.cells.push_back({"placements of 1 caller and 1 worker, null model", row, "rate",
                           "requests/s", median(rates)});
}

void add_figure(const char* what, double target, std::vector<double> runs, Results& results) {
  results.figures.push_back({.what = what,
                             .runs = std::move(runs),
                             .relation = Relation::kAtLeast,
                             .target = target,
                             .unit = "x"});
}

}  // namespace

void measure_placement(int runs, Progress& progress, Results& results) {
  const std::vector<int> cores = usable_cores();
  if (cores.size() < 2) {
    results.left_out.push_back("placement of both ends: it needs two processors");
    return;
  }
  progress.step("placements of a pair");
  const auto pairs = pairs_on(cores[0], cores[1]);
  PlacedFloor floor(cores[0]);
  std::vector<std::vector<double>> rates(pairs.size());
  std::vector<double> floor_rates;
  for (int run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < pairs.size(); ++i) rates[i].push_back(pairs[i]->rate(100ms));
    floor_rates.push_back(floor.rate(100ms));
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) add_cell(pairs[i]->name, rates[i], results);
  add_cell("yield floor, together", floor_rates, results);
  add_figure("host pinned to one processor, worker to another, beside free ones", 0.9,
             ratios(rates[kApart], rates[kFree]), results);
  add_figure("host and worker on one processor, beside the yield floor there", 0.8,
             ratios(rates[kTogether], floor_rates), results);
  add_figure("host and worker on one processor, beside spin = 0 there", 1,
             ratios(rates[kTogether], rates[kTogetherAsleep]), results);
}

}  // namespace bench
