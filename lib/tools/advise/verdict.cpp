// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace inferpool::tools {
namespace {

constexpr double kNearBest = 0.95;  // of the most calls per second: further workers gain little
constexpr double kClearlyMore =
    1.25;  // than with one worker per core: the processors are not the reason
constexpr double kStillGrows = 1.1;  // gain of the last worker that was tried

double calls(const PoolLoad& load) { return load.calls_per_second.median; }

// The load of this many workers, or of the largest smaller pool that was tried.
const PoolLoad& load_of(const Figures& figures, int workers) {
  const auto& loads = figures.loads;
  const auto next = std::find_if(loads.begin(), loads.end(),
                                 [&](const PoolLoad& load) { return load.workers > workers; });
  return next == loads.begin() ? *next : *(next - 1);
}

const PoolLoad& fewest_near_best(const Figures& figures) {
  const auto& loads = figures.loads;
  const auto fewer = [](const PoolLoad& a, const PoolLoad& b) { return calls(a) < calls(b); };
  const double most = calls(*std::max_element(loads.begin(), loads.end(), fewer));
  return *std::find_if(loads.begin(), loads.end(),
                       [&](const PoolLoad& load) { return calls(load) >= kNearBest * most; });
}

Spread gain_of(const PoolLoad& load, const Spread& run) {
  return {load.calls_per_second.low * run.low, load.calls_per_second.median * run.median,
          load.calls_per_second.high * run.high};
}

Outcome outcome_of(const Spread& gain) {
  if (gain.low >= kWorthwhile) return Outcome::kPays;
  return gain.high < kWorthwhile ? Outcome::kDoesNotPay : Outcome::kTooClose;
}

// Interpolates the value at `run` from the values at a shorter and a longer run time.
double between(double run, double short_run, double short_value, double long_run,
               double long_value) {
  const double share = std::log(run / short_run) / std::log(long_run / short_run);
  return short_value + share * (long_value - short_value);
}

// The gain of a model that only computes, at this run time; 0 if unknown.
double gain_of_probe(const Figures& figures, double run) {
  const auto& probe = figures.probe;
  const auto longer = std::find_if(probe.begin(), probe.end(),
                                   [&](const RunTimeFigures& at) { return at.run >= run; });
  if (longer == probe.end()) return probe.empty() ? 0 : probe.back().gain;
  if (longer == probe.begin()) return longer->gain;
  const RunTimeFigures& before = *(longer - 1);
  return between(run, before.run, before.gain, longer->run, longer->gain);
}

Limit limit_of(const Figures& figures, const Verdict& verdict) {
  if (verdict.outcome != Outcome::kDoesNotPay) return Limit::kNone;
  if (figures.cores == 1) return Limit::kOneCore;
  const double expected = gain_of_probe(figures, figures.single.run.median);
  const bool less_than_expected = expected >= kClearlyMore * verdict.gain.median;
  return expected >= kWorthwhile && less_than_expected ? Limit::kDoesNotScale : Limit::kTooShort;
}

// From this run time up to the longest one, `value` is at least `least`.
template <typename Value>
std::optional<double> from_which_on(const std::vector<RunTimeFigures>& probe, double least,
                                    Value value) {
  const auto below = std::find_if(probe.rbegin(), probe.rend(),
                                  [&](const RunTimeFigures& at) { return value(at) < least; });
  if (below == probe.rbegin())
    return std::nullopt;  // there are no figures, or the longest run is below
  const RunTimeFigures& above = *(below.base());
  if (below == probe.rend()) return above.run;
  const double share = (least - value(*below)) / (value(above) - value(*below));
  return below->run * std::pow(above.run / below->run, share);
}

}  // namespace

std::string_view name(Outcome outcome) noexcept {
  switch (outcome) {
    case Outcome::kPays:
      return "pays";
    case Outcome::kDoesNotPay:
      return "does_not_pay";
    case Outcome::kTooClose:
      return "too_close";
  }
  return "?";
}

std::string_view name(Limit limit) noexcept {
  switch (limit) {
    case Limit::kNone:
      return "none";
    case Limit::kTooShort:
      return "too_short";
    case Limit::kOneCore:
      return "one_core";
    case Limit::kDoesNotScale:
      return "does_not_scale";
  }
  return "?";
}

Verdict judge(const Figures& figures) {
  const PoolLoad& best = fewest_near_best(figures);
  const auto& loads = figures.loads;
  Verdict verdict;
  verdict.workers = best.workers;
  verdict.gain = gain_of(best, figures.single.run);
  verdict.outcome = outcome_of(verdict.gain);
  const bool pays = verdict.outcome == Outcome::kPays;
  verdict.waits = pays && best.workers > figures.cores &&
                  calls(best) >= kClearlyMore * calls(load_of(figures, figures.cores));
  verdict.more_may = pays && loads.size() > 1 && &best == &loads.back() &&
                     calls(best) >= kStillGrows * calls(loads[loads.size() - 2]);
  verdict.limit = limit_of(figures, verdict);
  if (figures.cores > 1) {
    verdict.break_even = from_which_on(figures.probe, 1, [](const auto& at) { return at.gain; });
  }
  verdict.small_overhead = from_which_on(figures.probe, -kSmallShare,
                                         [](const auto& at) { return -at.overhead / at.run; });
  return verdict;
}

}  // namespace inferpool::tools
