// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/measurement.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/format.hpp"
#include "tools/advise/pool_meter.hpp"
#include "tools/advise/probe.hpp"
#include "tools/untyped_pool.hpp"

namespace inferpool::tools {
namespace {

// Shares of the budget: for one caller, for all loads, and for the probe at about kUsualSteps run
// times.
constexpr double kSingleShare = 0.2, kLoadShare = 0.45, kProbeShare = 0.35;
constexpr double kUsualSteps = 11;
constexpr std::array kSteps{1e-6,   2e-6, 5e-6, 10e-6, 20e-6, 50e-6, 100e-6, 200e-6,
                            500e-6, 1e-3, 2e-3, 5e-3,  10e-3, 20e-3, 50e-3,  100e-3};
// All shorter runs are tried: a wait spins first, so some of them cost less than longer ones.
constexpr double kLongEnough = 1e-3;

bool settled(const RunTimeFigures& figures) {
  return figures.run >= kLongEnough && figures.gain >= 1 &&
         figures.overhead < kSmallShare * figures.run;
}

}  // namespace

Measurement::Measurement(Settings settings, ModelInput input, Budget budget, Progress progress)
    : settings_(std::move(settings)),
      input_(std::move(input)),
      budget_(budget),
      progress_(std::move(progress)) {
  settings_.start_in_background = false;
  // The calls of a load wait for each other on purpose.
  settings_.request_timeout.reset();
  settings_.max_queue_size =
      std::max(settings_.max_queue_size, 2 * budget_.workers * settings_.concurrency);
}

Figures Measurement::take(int cores) {
  Figures figures;
  figures.cores = cores;
  measure_model(figures);
  measure_probe(figures);
  return figures;
}

void Measurement::measure_model(Figures& figures) {
  for (int workers = 1; workers <= budget_.workers; ++workers) {
    const auto say = [&](std::string_view what) {
      progress_(core::formatted("{} of {} workers: {}", workers, budget_.workers, what));
    };
    settings_.workers = workers;
    say("loading the model");
    UntypedPool pool(settings_, input_);
    PoolMeter meter(pool, input_);
    if (workers == 1) {
      say("one call at a time");
      output_bytes_ = payload_bytes(pool.infer(input_));
      figures.single = meter.measure_single(kSingleShare * budget_.seconds);
    }
    say("as many calls as they take");
    figures.loads.push_back(meter.measure_load(kLoadShare * budget_.seconds / budget_.workers,
                                               workers, settings_.concurrency));
  }
}

void Measurement::measure_probe(Figures& figures) {
  const std::size_t bytes = payload_bytes(input_);
  // At least 2 workers, even with one core: what a call costs does not depend on their number.
  figures.probe_workers = std::clamp(figures.cores, 2, budget_.workers);
  Settings settings = Probe::settings(settings_, output_bytes_);
  settings.workers = figures.probe_workers;
  UntypedPool pool(settings, Probe::input(0, bytes));
  const double seconds = kProbeShare / kUsualSteps * budget_.seconds;
  for (const double step : kSteps) {
    progress_(core::formatted("what a pool costs a run of {:.0f} us", step * 1e6));
    const ModelInput input = Probe::input(step, bytes);
    PoolMeter meter(pool, input);
    const SingleCall single = meter.measure_single(0.4 * seconds);
    const PoolLoad load =
        meter.measure_load(0.6 * seconds, figures.probe_workers, settings.concurrency);
    figures.probe.push_back({.run = single.run.median,
                             .overhead = single.overhead,
                             .gain = load.calls_per_second.median * single.run.median});
    if (settled(figures.probe.back())) return;
  }
}

}  // namespace inferpool::tools
