// SPDX-License-Identifier: Apache-2.0
#include "mix/mix.hpp"

#include <sys/prctl.h>

#include <thread>

#include "measure/number.hpp"
#include "models/work.hpp"
#include "throughput/calibration.hpp"

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
  return number(mix.callers) + (mix.callers == 1 ? " caller" : " callers");
}

std::string workers_name(const Mix& mix) {
  return number(mix.workers) + (mix.workers == 1 ? " worker" : " workers");
}

std::string model_name(const Mix& mix) {
  std::string text = "model of " + name_of(mix.run) + (mix.sleeps ? " asleep" : "");
  if (mix.think > Nanoseconds::zero()) text += ", think " + name_of(mix.think);
  return text;
}

std::string to_string(const Mix& mix) {
  return callers_name(mix) + ", " + workers_name(mix) + ", " + model_name(mix);
}

Work work_of(const Mix& mix) {
  if (mix.sleeps) return {.asleep = static_cast<std::uint64_t>(mix.run.count())};
  return {.rounds = mix.run == Nanoseconds::zero() ? 0 : rounds_of(mix.run)};
}

void carry_out(const Work& task) {
  work(task.rounds);
  if (task.asleep > 0) std::this_thread::sleep_for(Nanoseconds(task.asleep));
}

void sleep_exactly() { prctl(PR_SET_TIMERSLACK, 1UL); }

}  // namespace bench
