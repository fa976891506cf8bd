// SPDX-License-Identifier: Apache-2.0
// A host with one limit too low: each_limit_host RLIMIT_x FOLDER. Prints one line per step,
// "<step> <value of the limit> <how it ended>":
//   before   a pool is made and called under the low limit
//   raised   the same after the limit is restored
//   live     a living pool is called under the low limit
//   restart  its worker dies under the low limit
//   again    the pool is called after the limit is restored
#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <string>
#include <thread>

#include "hosts/each_limit.hpp"
#include "hosts/outcome.hpp"
#include "hosts/sanitizer_descriptors.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/limit.hpp"
#include "integration/scenario.hpp"

#if defined(__SANITIZE_ADDRESS__)
// Otherwise the sanitizer takes 11 MiB for each new thread, and ends the process if a limit is
// lower. Then the sanitizer would be tested, not the library.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }
#endif

namespace {

using namespace inferpool;
using namespace inferpool::test;

void print(const std::string& step, rlim_t value, const std::string& how) {
  std::printf("%s %llu %s\n", step.c_str(), static_cast<unsigned long long>(value), how.c_str());
  std::fflush(stdout);
}

void ask(FaultyPool& pool) { pool.infer(command(Deed::kAnswer), {.timeout = 20s}); }

void make_and_ask() {
  FaultyPool pool(faulty_settings(1));
  ask(pool);
}

void before(const LowLimit& limit) {
  make_and_ask();  // so that the low value allows for all that the host has already
  const rlim_t low = low_value(limit);
  {
    const Limit few(limit.resource, low);
    print("before", low, outcome(make_and_ask));
  }
  print("raised", low, outcome(make_and_ask));
}

void during(const LowLimit& limit) {
  Scenario scenario(faulty_settings(1));
  scenario.settings.restart_backoff = {.first = 5ms, .limit = 50ms, .breaker = 3};
  FaultyPool pool(scenario.settings);
  ask(pool);
  const rlim_t low = low_value(limit);
  {
    const Limit few(limit.resource, low);
    print("live", low, outcome([&] { ask(pool); }));
    ::kill(pool.stats().workers[0].pid, SIGKILL);
    const auto restarted = [&] {
      const Health health = pool.health();
      return health.state == PoolState::kReady && health.restarts > 0;
    };
    const auto failed = [&] { return scenario.log.of_kind(EventKind::kStartFailed); };
    eventually([&] { return !failed().empty() || restarted(); }, 20s);
    const auto failures = failed();
    print("restart", low, outcome([&] {
            if (!failures.empty()) throw *failures.front().error;
            ask(pool);
          }));
  }
  eventually([&] { return pool.health().state == PoolState::kReady; }, 20s);
  print("again", low, outcome([&] { ask(pool); }));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto limit = std::ranges::find(kEachLimit, argv[1], &LowLimit::name);
  if (limit == kEachLimit.end()) return 2;
  std::array<int, 2> first{};
  if (::pipe(first.data()) == 0) std::ranges::for_each(first, ::close);
  int status = 0;
  // Uses another thread than the first, since RLIMIT_STACK bounds the growth of the first one's
  // stack.
  std::thread([&] {
    try {
      before(*limit);
      during(*limit);
    } catch (const std::exception& error) {
      std::fprintf(stderr, "each_limit_host: %s\n", error.what());
      status = 1;
    }
  }).join();
  return status;
}
