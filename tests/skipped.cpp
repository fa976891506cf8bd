// SPDX-License-Identifier: Apache-2.0
// Catch2 of version 2 knows no skipped test case, so a listener says at the end of a run which
// there were; CMakeLists.txt has the words by which ctest knows them.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include "skipped.hpp"

#include <algorithm>
#include <iostream>
#include <vector>

#include "catch.hpp"
#include "measure/durations.hpp"

namespace inferpool::test {
namespace {

std::string current;               // the test case that runs
std::vector<std::string> skipped;  // a line each

#if __has_include(<catch2/catch_all.hpp>)
using Listener = Catch::EventListenerBase;
#else
using Listener = Catch::TestEventListenerBase;
#endif

class Teller : public Listener {
 public:
  using Listener::Listener;

  // Nearly every test waits for something by this clock, for so long at most.
  void testRunStarting(const Catch::TestRunInfo& /*run*/) override {
    current = "all test cases";
    skipped_as_blind(bench::durations());
  }
  void testCaseStarting(const Catch::TestCaseInfo& info) override { current = info.name; }
  void testRunEnded(const Catch::TestRunStats& stats) override {
    if (stats.totals.testCases.failed != 0) return;
    for (const std::string& line : skipped) std::cout << "SKIPPED: " << line << '\n';
    std::cout.flush();
  }
};

CATCH_REGISTER_LISTENER(Teller)

}  // namespace

void skip(const std::string& why) {
  const std::string line = current + ": " + why;
  if (std::ranges::find(skipped, line) == skipped.end()) skipped.push_back(line);
}

bool skipped_as_blind(const bench::Instrument& instrument) {
  const std::string why = instrument.blindness();
  if (!why.empty()) skip(why);
  return !why.empty();
}

}  // namespace inferpool::test
