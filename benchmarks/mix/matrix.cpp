// SPDX-License-Identifier: Apache-2.0
#include "mix/matrix.hpp"

#include <utility>

#include "measure/cores.hpp"
#include "mix/contenders.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

struct Axes {
  std::vector<int> workers = {};  // of open loops
  std::vector<int> callers;
  std::vector<Nanoseconds> computes;
  std::vector<Nanoseconds> sleeps = {};
  std::vector<Nanoseconds> thinks = {0ns};
};

// Mixes that are measured with the same pools. `closed` ones are measured with each number of
// workers.
struct Part {
  std::vector<int> workers;
  std::vector<Mix> closed = {};
  std::vector<Mix> open = {};
};

std::vector<Mix> closed_mixes(const Axes& axes) {
  std::vector<Mix> mixes;
  for (const Nanoseconds think : axes.thinks) {
    for (const int callers : axes.callers) {
      for (const Nanoseconds run : axes.computes)
        mixes.push_back({.callers = callers, .run = run, .think = think});
      for (const Nanoseconds run : axes.sleeps)
        mixes.push_back({.callers = callers, .run = run, .sleeps = true, .think = think});
    }
  }
  return mixes;
}

std::vector<Mix> open_mixes(const Axes& axes) {
  std::vector<Mix> mixes;
  for (const int workers : axes.workers)
    for (const int callers : axes.callers)
      for (const Nanoseconds run : axes.computes)
        for (const int percent : {10, 50, 90})
          mixes.push_back({.callers = callers, .workers = workers, .run = run, .percent = percent});
  return mixes;
}

Part on_all_processors(bool full) {
  Part part{.workers = {1, 2, 4}};
  if (full) {
    part.closed = closed_mixes({.callers = {1, 2, 4, 8, 32},
                                .computes = {0ns, 10us, 100us, 1ms},
                                .sleeps = {10us, 100us, 1ms},
                                .thinks = {0ns, 50us, 1ms}});
    part.open =
        open_mixes({.workers = {1, 4}, .callers = {8, 32}, .computes = {0ns, 10us, 100us, 1ms}});
  } else {
    part.closed = closed_mixes({.callers = {1, 4, 8}, .computes = {0ns, 10us, 100us}});
    part.open = open_mixes({.workers = {4}, .callers = {8}, .computes = {0ns, 100us}});
  }
  part.closed.push_back({.callers = 32, .asynchronous = true});
  return part;
}

Part on_one_processor(bool full) {
  Part part{.workers = {1, 4}};
  if (full)
    part.closed = closed_mixes(
        {.callers = {1, 4, 8, 32}, .computes = {0ns, 10us, 100us, 1ms}, .thinks = {0ns, 1ms}});
  else
    part.closed = closed_mixes({.callers = {1, 8}, .computes = {0ns, 100us}});
  for (Mix& mix : part.closed) mix.one_processor = true;
  return part;
}

void measure_part(const Part& part, const Turns& turns, Progress& progress,
                  std::vector<MeasuredMix>& measured) {
  MixContenders contenders(part.workers);
  for (const Mix& mix : part.closed) {
    progress.step(callers_name(mix) + ", " + model_name(mix));
    for (MeasuredMix& cell : contenders.measure(mix, turns)) measured.push_back(std::move(cell));
  }
  for (const Mix& mix : part.open) {
    progress.step(to_string(mix));
    measured.push_back(contenders.measure_open(mix, turns));
  }
}

int steps(const Part& part) { return static_cast<int>(part.closed.size() + part.open.size()); }

}  // namespace

std::vector<MeasuredMix> measure_matrix(const Options& options, Progress& progress) {
  const Turns turns{.runs = options.runs};
  std::vector<MeasuredMix> measured;
  measure_part(on_all_processors(options.full), turns, progress, measured);
  // What is started now runs on this processor, as under taskset.
  const Pinned pinned(usable_cores().front());
  measure_part(on_one_processor(options.full), turns, progress, measured);
  return measured;
}

int matrix_steps(const Options& options) {
  return steps(on_all_processors(options.full)) + steps(on_one_processor(options.full));
}

}  // namespace bench
