// SPDX-License-Identifier: Apache-2.0
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "measure/child_process.hpp"
#include "measure/program.hpp"
#include "measure/progress.hpp"
#include "measure/timing.hpp"
#include "restart/host_memory.hpp"
#include "restart/restarts.hpp"

namespace bench {
namespace {

constexpr std::size_t kGibi = std::size_t{1} << 30;

double milliseconds(Clock::duration duration) { return nanoseconds(duration) / 1e6; }

// The durations of the stages, by name, in the order of their first appearance.
class Breakdown {
 public:
  void add(const std::string& stage, Clock::duration duration) {
    for (auto& [name, samples] : stages_)
      if (name == stage) return samples.add(milliseconds(duration));
    stages_.emplace_back(stage, Samples());
    stages_.back().second.add(milliseconds(duration));
  }

  void report(const std::string& column, Results& results) const {
    for (const auto& [name, samples] : stages_)
      results.cells.push_back({.table = "from a kill to the successor's first answer (medians)",
                               .row = name,
                               .column = column,
                               .unit = "ms",
                               .value = samples.quantile(0.5)});
  }

 private:
  std::vector<std::pair<std::string, Samples>> stages_;
};

// A bare fork and exec of the same executable, until its main() has loaded the model.
Clock::duration start_bare(Breakdown& breakdown) {
  Notes notes;
  const Clock::time_point begun = Clock::now();
  ChildProcess child({BENCH_NOTING_WORKER, "--bare"});
  const Clock::time_point forked = Clock::now();
  if (!child.read(std::as_writable_bytes(std::span(&notes, 1))))
    throw std::runtime_error(BENCH_NOTING_WORKER " --bare told nothing");
  child.wait();
  breakdown.add("bare: fork and exec, to main()", notes.main - begun);
  breakdown.add("bare: until the fork returned", forked - begun);
  breakdown.add("bare: main() until it has loaded", notes.loaded - notes.main);
  breakdown.add("bare, total", notes.loaded - begun);
  return notes.loaded - begun;
}

Clock::duration restart(Restarts& restarts, Breakdown& breakdown) {
  const Restarts::Stages stages = restarts.kill_one();
  breakdown.add("kill, to died", stages.died - stages.killed);
  breakdown.add("died, to the successor's main()", stages.main - stages.died);
  breakdown.add("died, to started (the fork returned)", stages.started - stages.died);
  breakdown.add("main(), to load", stages.load - stages.main);
  breakdown.add("load", stages.loaded - stages.load);
  breakdown.add("loaded, to ready", stages.ready - stages.loaded);
  breakdown.add("ready, to the first answer", stages.answered - stages.ready);
  breakdown.add("kill, to the first answer", stages.answered - stages.killed);
  return stages.answered - stages.killed;
}

void measure_at(std::size_t gibibytes, const Options& options, Results& results) {
  const std::string column = "host of " + std::to_string(gibibytes) + " GiB";
  const HostMemory memory(gibibytes * kGibi);
  Restarts restarts;
  Breakdown breakdown;
  Figure figure{.what = "successor ready after a kill, less fork, exec and load, " + column,
                .runs = {},
                .target = 10,
                .unit = "ms",
                .note = "a bare fork and exec in the same host is taken off"};
  const int times = options.full ? 10 : 4;
  for (int run = 0; run < options.runs; ++run) {
    std::vector<double> beyond;
    for (int i = 0; i < times; ++i) {
      const bool first = i % 2 == 0;
      Clock::duration bare{};
      if (first) bare = start_bare(breakdown);
      const Clock::duration whole = restart(restarts, breakdown);
      if (!first) bare = start_bare(breakdown);
      beyond.push_back(milliseconds(whole - bare));
    }
    figure.runs.push_back(median(beyond));
  }
  breakdown.report(column, results);
  results.figures.push_back(figure);
}

void measure(const Options& options, Results& results) {
  Progress progress("restart", 3);
  const std::string blind = free_memory().blindness();
  for (const std::size_t gibibytes : {0U, 1U, 4U}) {
    progress.step(std::to_string(gibibytes) + " GiB of host memory");
    if (gibibytes == 0 || (blind.empty() && HostMemory::free_bytes() >= 2 * gibibytes * kGibi)) {
      measure_at(gibibytes, options, results);
    } else if (!blind.empty()) {
      results.left_out.push_back(std::to_string(gibibytes) + " GiB of host memory: " + blind);
    } else {
      results.left_out.push_back(std::to_string(gibibytes) +
                                 " GiB of host memory: twice that must be free");
    }
  }
  results.notes.push_back(
      "host memory: pages of the smallest size, all written; both forks, the bare one and the "
      "pool's, copy their page tables");
}

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, "restart", bench::measure);
}
