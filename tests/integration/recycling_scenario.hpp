// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "integration/faulty_calls.hpp"
#include "integration/scenario.hpp"

namespace inferpool::test {

// For a pool that recycles its workers.
struct RecyclingScenario : Scenario {
  // `change` sets the limits. While the file `slow` exists, successors wait in their load until the
  // file `go` exists; with `load` "throw" they fail instead.
  template <typename Change>
  RecyclingScenario(int workers, Change change, const std::string& load = "wait")
      : Scenario(faulty_settings(workers)) {
    settings.extra =
        R"({"load": ")" + load + R"(", "while": ")" + slow + R"(", "go": ")" + go + R"("})";
    change(settings);
  }

  void make_slow() const { write_file(slow); }
  void let_go() const { write_file(go); }

  std::string slow = folder / "slow";
  std::string go = folder / "go";
};

// The worker beside the N that has this state, if there is one.
inline std::optional<WorkerStats> beside(const FaultyPool& pool, WorkerState state) {
  const Stats stats = pool.stats();
  const auto workers = static_cast<std::size_t>(*pool.settings().workers);
  if (stats.workers.size() <= workers || stats.workers.back().state != state) return std::nullopt;
  return stats.workers.back();
}

inline bool comes_beside(const FaultyPool& pool, WorkerState state) {
  return eventually([&] { return beside(pool, state).has_value(); });
}

// The numbers of workers according to the events, from the moment when all were first ready.
struct Numbers {
  explicit Numbers(const EventLog& log, int workers) {
    int processes = 0, ready = 0, leaving = 0;
    bool all_were_ready = false;
    for (const Event& event : log.events()) {
      const bool ended = event.kind == EventKind::kDied || event.kind == EventKind::kRecycled;
      if (event.kind == EventKind::kStarted) most_processes = std::max(most_processes, ++processes);
      if (event.kind == EventKind::kReady) ++ready;
      if (ended || event.kind == EventKind::kStartFailed) --processes;
      if (ended) --ready;
      if (event.kind == EventKind::kRecycled) ++leaving;
      all_were_ready = all_were_ready || ready == workers;
      if (all_were_ready) least_ready = std::min(least_ready, ready);
    }
    recycled = leaving;
  }

  int most_processes = 0;
  int least_ready = 1 << 20;
  int recycled = 0;
};

}  // namespace inferpool::test
