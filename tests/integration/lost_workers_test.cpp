// SPDX-License-Identifier: Apache-2.0
// Lost workers: SIGKILL does not end them. No call, constructor or close() waits for them.
#include <sys/wait.h>
#include <unistd.h>

#include <ctime>

#include "catch.hpp"
#include "integration/debugger.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/hung_file_system.hpp"
#include "integration/scenario.hpp"
#include "skipped.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// Well below an endless wait, well above the sum of timeout, stack, kill and grace period.
constexpr auto kSoon = 20s;

Settings impatient(int workers, std::string extra = {}) {
  Settings settings = faulty_settings(workers, std::move(extra));
  settings.startup_timeout = 5s;
  settings.hang_timeout = 2s;
  settings.drain_timeout = 500ms;
  return settings;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

TEST_CASE("A call whose worker outlives SIGKILL ends, and another worker serves", "[H2]") {
  HungFileSystem files;
  if (!files.missing().empty()) return skip(files.missing());
  Scenario scenario(impatient(1));
  FaultyPool pool(scenario.settings);
  const int pid = ready_pids(pool).at(0);
  const auto start = Clock::now();
  const Error error = error_of(pool.try_infer(command(Deed::kRead, files.file())));
  CHECK(Clock::now() - start < kSoon);
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK_THAT(error.what(), contains("did not end after SIGKILL") && contains("hang_timeout"));
  CHECK(running(pid));
  SECTION("it is waited for, and reaped in the end") {
    files.end();
    CHECK(eventually([&] { return !process_state(pid); }));
    REQUIRE(eventually([&] { return pool.health().state == PoolState::kReady; }));
    CHECK(pool.infer(command(Deed::kAnswer)).generation == 2);
    REQUIRE(eventually([&] { return !scenario.log.of_kind(EventKind::kDied).empty(); }));
    CHECK(scenario.log.of_kind(EventKind::kDied).size() == 1);
  }
  SECTION("close() does not wait for it, and the last event names it") {
    const auto closing = Clock::now();
    pool.close();
    CHECK(Clock::now() - closing < kSoon);
    CHECK_THAT(scenario.log.of_kind(EventKind::kStopped).at(0).text,
               contains("pid " + std::to_string(pid)));
    files.end();
    ::waitpid(pid, nullptr, 0);  // reaps the zombie of this process
  }
}

TEST_CASE("While as many workers are lost as there may be, calls are refused in words", "[H2]") {
  HungFileSystem files;
  if (!files.missing().empty()) return skip(files.missing());
  FaultyPool pool(impatient(1));
  static_cast<void>(error_of(pool.try_infer(command(Deed::kRead, files.file()))));
  const Error refused = error_of(pool.try_infer(command(Deed::kAnswer), {.timeout = kSoon}));
  CHECK(refused.code() == ErrorCode::kUnavailable);
  CHECK_THAT(refused.what(), contains("none is started before the kernel has ended one of the 1"));
  CHECK(pool.health().live == 0);
  files.end();
  REQUIRE(ready_again(pool, 1));
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 2);
}

TEST_CASE("A constructor whose worker outlives SIGKILL while it loads throws", "[H2]") {
  HungFileSystem files;
  if (!files.missing().empty()) return skip(files.missing());
  Settings settings = impatient(1, R"({"load": "read", "go": ")" + files.file() + R"("})");
  settings.startup_timeout = 3s;  // shorter, since it passes here
  const auto start = Clock::now();
  std::optional<Error> error;
  try {
    FaultyPool pool(settings);
  } catch (const Error& thrown) {
    error = thrown;
  }
  CHECK(Clock::now() - start < kSoon);
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::kStartupFailed);
  CHECK_THAT(error->what(), contains("startup_timeout") && contains("did not end after SIGKILL"));
  files.end();
  while (::waitpid(-1, nullptr, 0) > 0) continue;  // this process has no other child
}

TEST_CASE("A dead worker that a debugger keeps is soon lost, and costs no processor time", "[H3]") {
  Settings settings = impatient(2);
  settings.hang_timeout = 0s;  // the last call runs until its deadline
  FaultyPool pool(settings);
  const int pid = ready_pids(pool).at(0);
  std::optional<Debugger> debugger(pid);
  if (!eventually([&] { return debugger->follows(); }))
    return skip("no process may follow another here");
  const double before = processor_seconds();
  ::kill(pid, SIGKILL);
  REQUIRE(ready_again(pool, 1));
  CHECK_THAT(pool.health().last_failure->what(), contains("a debugger keeps its status"));
  CHECK(process_state(pid)->letter == 'Z');
  CHECK(pool.infer(command(Deed::kAnswer)).pid != pid);
  // During this second a loop without a pause would use all of the processor time.
  const auto overdue = pool.try_infer(command(Deed::kSleepForever), {.timeout = 1s});
  REQUIRE(error_of(overdue).code() == ErrorCode::kDeadlineExceeded);
  CHECK(processor_seconds() - before < 0.8);
  debugger.reset();
  CHECK(eventually([&] { return !process_state(pid); }));
}

TEST_CASE("A dead worker whose debugger lets it go soon is reported as any other", "[H3]") {
  FaultyPool pool(impatient(1));
  std::string told;
  for (std::uint64_t i = 1; i <= 3 && told.find("SIGKILL") == std::string::npos; ++i) {
    const int pid = ready_pids(pool).at(0);
    std::optional<Debugger> debugger(pid);
    if (!eventually([&] { return debugger->follows(); }))
      return skip("no process may follow another here");
    ::kill(pid, SIGKILL);
    REQUIRE(eventually([&] { return process_state(pid)->letter == 'Z'; }));
    // The pool looks meanwhile. If the debugger stays too long on a busy machine: once more.
    eventually([&] { return pool.stats().deaths >= i; }, 100ms);
    debugger.reset();
    REQUIRE(ready_again(pool, i));
    told = pool.health().last_failure.value().what();
  }
  CHECK_THAT(told, contains("SIGKILL") && !contains("a debugger keeps"));
}

}  // namespace
