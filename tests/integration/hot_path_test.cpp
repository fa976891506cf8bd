// SPDX-License-Identifier: Apache-2.0
// What a round trip costs a caller whose worker is hot: see hot_path_host.cpp.
#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

// LeakSanitizer cannot work in a traced process.
constexpr const char* kStrace = "ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\" strace -f -o ";

bool can_trace(const ScratchFolder& folder) {
  return std::system((kStrace + (folder / "trial") + " true > " + (folder / "trial.out") + " 2>&1")
                         .c_str()) == 0;
}

// The system calls of one attempt.
struct SystemCalls {
  int caller = 0;
  int worker = 0;
};

// Whether the trace has calls of the worker, which has made many, under its process id.
bool traces_worker(const std::string& trace, const std::string& worker) {
  std::ifstream file(trace);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(worker + " ")) return true;
  return false;
}

// For each attempt the system calls of both main threads between its two marks. The host's main
// thread is the first in the trace.
std::vector<SystemCalls> system_calls(const std::string& trace, const std::string& worker) {
  std::vector<SystemCalls> counts;
  std::ifstream file(trace);
  std::string caller;
  bool within = false;
  for (std::string line; std::getline(file, line);) {
    const std::string thread = line.substr(0, line.find(' '));
    if (caller.empty()) caller = thread;
    const bool mark = thread == caller && line.find(" getppid(") != std::string::npos;
    if (mark) {
      within = !within;
      if (within) counts.emplace_back();
    } else if (within) {
      counts.back().caller += thread == caller ? 1 : 0;
      counts.back().worker += thread == worker ? 1 : 0;
    }
  }
  return counts;
}

struct Cost {
  double microseconds = 0;
  double allocations = 0;
};

Cost one_cost(std::istream& lines) {
  Cost one;
  lines >> one.microseconds >> one.allocations;
  return one;
}

// The minimum over all attempts.
Cost cost(std::istream& lines) {
  Cost least{1e9, 1e9};
  for (Cost one; lines >> one.microseconds >> one.allocations;) {
    least.microseconds = std::min(least.microseconds, one.microseconds);
    least.allocations = std::min(least.allocations, one.allocations);
  }
  return least;
}

// A setting of `spin`, and how many system calls 1000 round trips may make with it.
struct Way {
  const char* spin;
  int most;
};

// What one run of the host has shown.
struct Run {
  std::vector<SystemCalls> counts;  // the first is the known case
  bool worker_traced = false;
  double known_allocations = 0;
  Cost least;
};

Run run_traced(const ScratchFolder& folder, const char* spin) {
  const std::string host =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "hot_path_host";
  const std::string output = folder / "output";
  const std::string trace = folder / "trace";
  REQUIRE(std::system((kStrace + trace + " '" + host + "' " + spin + " > " + output).c_str()) == 0);

  std::istringstream printed(read_file(output));
  std::string worker;
  std::getline(printed, worker);
  Run run;
  run.counts = system_calls(trace, worker);
  run.worker_traced = traces_worker(trace, worker);
  run.known_allocations = one_cost(printed).allocations;
  run.least = cost(printed);
  return run;
}

bool instruments_see(const Run& run) {
  // A call has two lines in the trace if another thread makes a call during it; the second one of
  // the mark counts, too.
  const auto saw = [](const char* what, double seen, double least, double most) {
    return bench::Instrument(what, [seen](const auto&) { return seen; }, {[] {}, least, most});
  };
  return !skipped_as_blind(saw("strace", run.counts.front().caller, 3, 7)) &&
         !skipped_as_blind(saw("strace of the worker", run.worker_traced ? 1 : 0, 1, 1)) &&
         !skipped_as_blind(saw("allocations", run.known_allocations, 1, 1));
}

TEST_CASE("a hot round trip of one float makes no system call, and no allocation in the caller") {
  // By default each side sleeps during a mark, since a mark takes longer than the spin. The next
  // round trip wakes it. If one side loses its processor for 50 us, the other sleeps. Few round
  // trips are affected.
  const Way way = GENERATE(Way{"default", 100}, Way{"longest", 0});
  const ScratchFolder folder;
  if (!can_trace(folder)) return skip("strace is not there, or processes may not be traced");
  // On a busy machine the worker or this thread sometimes loses its processor for longer than the
  // other one spins. Then the other one sleeps, as it should, and must be woken. So one clean
  // attempt is enough, and the host may run again if it had none.
  constexpr int kRuns = 5;
  std::ptrdiff_t clean = 0;
  for (int i = 0; i < kRuns && clean == 0; ++i) {
    const Run run = run_traced(folder, way.spin);
    REQUIRE(run.counts.size() == 101);
    if (!instruments_see(run)) return;
    clean = std::count_if(run.counts.begin() + 1, run.counts.end(),
                          [&](const SystemCalls& of) { return of.caller + of.worker <= way.most; });
    std::cout << "hot round trip, spin " << way.spin << ": " << run.least.microseconds
              << " us at best, " << run.least.allocations << " allocations, " << clean
              << " of 100 x 1000 with at most " << way.most
              << " system calls in caller and worker\n";
    CHECK(run.least.allocations == 0);
  }
  CHECK(clean >= 1);
}

}  // namespace
}  // namespace inferpool::test
