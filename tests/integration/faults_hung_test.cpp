// SPDX-License-Identifier: Apache-2.0
// Workers that hang are asked for their stack first, and are distinguished from slow and from dead
// workers.
#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/scenario.hpp"
#include "skipped.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

Settings hanging_settings() {
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 2s;
  return settings;
}

}  // namespace

TEST_CASE("The error of a hung worker names the function that hangs") {
  const auto [deed, function] = GENERATE(std::pair(Deed::kSpinForever, "faulty_worker_spins"),
                                         std::pair(Deed::kSleepForever, "faulty_worker_sleeps"));
  FaultyPool pool(hanging_settings());
  const Error error = error_of(pool.try_infer(command(deed)));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().hung);
  CHECK_FALSE(error.details().oom_killed);
  CHECK(error.details().signal == SIGABRT);
  CHECK_THAT(error.what(),
             contains("signal 6 (SIGABRT)") && contains("hung: a request ran longer"));
  CHECK_THAT(error.details().stderr_tail,
             contains("at SIGABRT\n  #0 ") && contains(function) && contains("faulty_worker+0x"));
  CHECK(pool.stats().deaths == 1);
  CHECK(pool.stats().hung == 1);
}

TEST_CASE("A hung worker that cannot write its stack is killed half a second later") {
  FaultyPool pool(hanging_settings());
  const auto start = std::chrono::steady_clock::now();
  const Error error = error_of(pool.try_infer(command(Deed::kStop)));
  CHECK(std::chrono::steady_clock::now() - start >= 2500ms);
  CHECK(error.details().hung);
  CHECK(error.details().signal == SIGKILL);
  CHECK_FALSE(error.details().oom_killed);
  CHECK_THAT(error.what(), contains("hung: a request ran longer") &&
                               contains("asked for its stack (SIGABRT), it had not ended 0.5 s"));
  REQUIRE(ready_again(pool, 1));
}

TEST_CASE("With concurrency the stacks of all serving threads are written") {
  const ScratchFolder folder;
  Settings settings = hanging_settings();
  settings.hang_timeout = 5s;  // by then both have begun
  settings.concurrency = 3;
  FaultyPool pool(settings);
  auto sleeps = pool.submit(command(Deed::kSleepForever, folder / "sleeps"));
  REQUIRE(eventually([&] { return exists(folder / "sleeps"); }));
  auto spins = pool.submit(command(Deed::kSpinForever, folder / "spins"));
  const Error error = error_of(sleeps);
  CHECK(error.details().hung);
  CHECK(error.details().signal == SIGABRT);
  CHECK_THAT(error.details().stderr_tail,
             contains("faulty_worker_sleeps") && contains("faulty_worker_spins"));
  CHECK(error_of(spins).details().hung);
}

TEST_CASE("A worker that was killed by somebody else, or faulted, is dead and not hung") {
  Settings settings = hanging_settings();
  settings.hang_timeout = 60s;
  FaultyPool pool(settings);
  const Error error = error_of(pool.try_infer(command(Deed::kComplainAndKill)));
  CHECK_FALSE(error.details().hung);
  CHECK(pool.stats().deaths == 1);
  CHECK(pool.stats().hung == 0);
}

TEST_CASE("A fault is reported by its signal, with the stack of the function that faulted") {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  skip("a sanitizer's own handler ends the worker");
#else
  FaultyPool pool(faulty_settings(1));
  const Error error = error_of(pool.try_infer(command(Deed::kFault)));
  CHECK(error.details().signal == SIGSEGV);
  CHECK_FALSE(error.details().hung);
  CHECK_THAT(error.details().stderr_tail, contains("at SIGSEGV\n  #0 faulty_worker_faults+0x"));
#endif
}

TEST_CASE(
    "A run past its deadline is reported as late, and past cancel_grace as hung, with its stack") {
  Scenario scenario(faulty_settings(1));
  scenario.settings.cancel_grace = 3s;  // the pool looks meanwhile, and tells that it is late
  FaultyPool pool(scenario.settings);
  const Error error = error_of(pool.try_infer(command(Deed::kSleepForever), {.timeout = 3s}));
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  REQUIRE(ready_again(pool, 1));
  REQUIRE(eventually([&] { return scenario.log.events(0).size() >= 7; }));
  CHECK(scenario.log.kinds(0) == "started ready late died restarting started ready ");
  const Event late = scenario.log.of_kind(EventKind::kLate).at(0);
  const Event died = scenario.log.of_kind(EventKind::kDied).at(0);
  CHECK(late.pid == died.pid);
  CHECK(late.generation == 1);
  CHECK(died.error.value().details().hung);
  CHECK_THAT(died.error->details().stderr_tail, contains("faulty_worker_sleeps"));
  CHECK(pool.stats().late == 1);
  CHECK(pool.stats().hung == 1);
}

TEST_CASE("A run that ends within cancel_grace was late, and its worker neither hung nor died") {
  Scenario scenario(faulty_settings(1));
  FaultyPool pool(scenario.settings);
  error_of(pool.try_infer(command(Deed::kHold, scenario.folder / "hold"), {.timeout = 3s}));
  REQUIRE(eventually([&] { return scenario.log.of_kind(EventKind::kLate).size() == 1; }));
  CHECK(pool.stats().workers[0].state == WorkerState::kLate);
  write_file(scenario.folder / "hold.go");
  CHECK(pool.infer(command(Deed::kAnswer)).generation == 1);
  CHECK(scenario.log.kinds(0) == "started ready late ");
  CHECK(pool.stats().late == 1);
  CHECK(pool.stats().hung == 0);
  CHECK(pool.stats().deaths == 0);
}
