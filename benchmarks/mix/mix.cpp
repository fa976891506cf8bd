// SPDX-License-Identifier: Apache-2.0
#include "mix/mix.hpp"

#include "measure/number.hpp"
#include "models/calibration.hpp"

namespace bench {
namespace {

std::string name_of(Nanoseconds time) {
  if (time == Nanoseconds::zero()) return "no time";
  if (time < std::chrono::milliseconds(1))
    return number(static_cast<double>(time.count()) / 1e3) + " us";
  return number(static_cast<double>(time.count()) / 1e6) + " ms";
}

}  // namespace

std::string callers_name(const Mix& mix) {
  if (mix.asynchronous) return number(mix.callers) + " in flight";
  return number(mix.callers) + (mix.callers == 1 ? " caller" : " callers");
}

std::string workers_name(const Mix& mix) {
  return number(mix.workers) + (mix.workers == 1 ? " worker" : " workers");
}

std::string model_name(const Mix& mix) {
  std::string text = "model of " + name_of(mix.run) + (mix.sleeps ? " asleep" : "");
  if (mix.think > Nanoseconds::zero()) text += ", think " + name_of(mix.think);
  if (mix.asynchronous) text += ", asynchronous";
  if (mix.one_processor) text += ", on one processor";
  if (mix.percent > 0) text += ", open loop";
  return text;
}

std::string row_name(const Mix& mix) {
  const std::string text = callers_name(mix) + " of " + workers_name(mix);
  return mix.percent > 0 ? text + ", at " + number(mix.percent) + " %" : text;
}

std::string to_string(const Mix& mix) { return row_name(mix) + ", " + model_name(mix); }

Work work_of(const Mix& mix) {
  if (mix.sleeps) return {.asleep = static_cast<std::uint64_t>(mix.run.count())};
  return {.rounds = mix.run == Nanoseconds::zero() ? 0 : rounds_of(mix.run)};
}

}  // namespace bench
