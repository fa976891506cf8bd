// SPDX-License-Identifier: Apache-2.0
// A change of the system time has no effect: see hosts/timed_program.cpp and shims/wild_clock.cpp.
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/processes.hpp"
#include "integration/scratch_folder.hpp"
#include "skipped.hpp"

namespace inferpool::test {
namespace {

std::string beside_this(const std::string& program) {
  return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

// The exit status. What the command prints goes to `output`.
int run(const std::string& command, const std::string& output) {
  return std::system(("timeout -k 1 100 " + command + " > '" + output + "'").c_str());
}

std::vector<std::string> lines_of(const std::string& file) {
  std::vector<std::string> lines;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The waits of a program and of its children, one per line. LeakSanitizer cannot work in a traced
// process.
std::vector<std::string> waits_of(const std::string& command, const ScratchFolder& folder) {
  const std::string trace = folder / "trace";
  if (run("env ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\" strace -f -o '" + trace +
              "' -e 'trace=/^(futex|clock_nano|nano|timer|setitimer|poll|ppoll|select|pselect|"
              "epoll_p?wait|rt_sigtimed)' " +
              command,
          folder / "traced") != 0)
    throw std::runtime_error("a host cannot be run under strace here");
  return lines_of(trace);
}

// Whether a wait has a time limit. Without one (NULL) the clock that the C library names has no
// effect.
bool limited(const std::string& line) {
  return line.find("futex") == std::string::npos || line.find("tv_sec=") != std::string::npos;
}

bool on_the_real_time_clock(const std::string& line) {
  return limited(line) && (line.find("CLOCK_REALTIME") != std::string::npos ||
                           line.find("ITIMER_REAL") != std::string::npos);
}

// Whether a thread sleeps on a word with a limit on this clock.
bool on_the_monotonic_clock(const std::string& line) {
  return limited(line) && !on_the_real_time_clock(line) &&
         (line.find("FUTEX_WAIT_BITSET") != std::string::npos ||
          line.find("CLOCK_MONOTONIC") != std::string::npos);
}

const std::vector<std::string>& steps() {
  static const std::vector<std::string> kSteps = {"run past a deadline: ok",
                                                  "wait past a deadline: ok",
                                                  "hang: ok",
                                                  "back off: ok",
                                                  "start too slowly: ok",
                                                  "close past drain_timeout: ok",
                                                  "wait in process: ok"};
  return kSteps;
}

TEST_CASE("While the time is set back and forth by hours, every limit of a pool is kept") {
  const ScratchFolder folder;
  REQUIRE(run(beside_this("wild_clock_program") + " wild_clock_worker '" + (folder / "") + "'",
              folder / "output") == 0);
  std::vector<std::string> lines = lines_of(folder / "output");
  REQUIRE_FALSE(lines.empty());
  std::istringstream first(lines.front());
  std::string word;
  long host = 0;
  long worker = 0;
  first >> word >> host >> worker;
  CHECK(word == "jumps");
  CHECK(host > 24);  // the clock really jumps
  CHECK(worker > 24);
  lines.erase(lines.begin());
  CHECK(lines == steps());
}

// Counts waits on the real-time clock in the program that its code names.
bench::Instrument strace_of_waits() {
  const auto command = std::make_shared<std::string>();
  return {"strace of waits",
          [command](const bench::Instrument::Code& code) {
            const ScratchFolder folder;
            code();
            const auto waits = waits_of(*command + " '" + (folder / "") + "'", folder);
            return static_cast<double>(std::ranges::count_if(waits, on_the_real_time_clock));
          },
          {[command] { *command = beside_this("timed_program") + " real"; }, 1, 1000}};
}

TEST_CASE("Neither a host nor its workers wait on the real-time clock") {
  if (skipped_as_blind(strace_of_waits())) return;
  const ScratchFolder folder;
  const auto waits =
      waits_of(beside_this("timed_program") + " faulty_worker '" + (folder / "") + "'", folder);
  std::vector<std::string> lines = lines_of(folder / "traced");
  REQUIRE_FALSE(lines.empty());
  CHECK(lines.front() == "jumps 0 0");
  lines.erase(lines.begin());
  CHECK(lines == steps());
  CHECK(std::ranges::count_if(waits, on_the_monotonic_clock) > 5);
  for (const std::string& wait : waits) {
    if (on_the_real_time_clock(wait)) FAIL_CHECK(wait);
  }
}

}  // namespace
}  // namespace inferpool::test
