// SPDX-License-Identifier: Apache-2.0
#include "pool/supervisor.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <utility>

#include "catch.hpp"
#include "integration/event_log.hpp"
#include "integration/eventually.hpp"
#include "integration/processes.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;
using test::contains;
using test::eventually;

// A supervisor of workers that are scripts, and the log of its events.
struct Supervised {
  explicit Supervised(const std::string& script, Settings settings = {})
      : workers(script, with_log(std::move(settings), log)) {}

  static Settings with_log(Settings settings, test::EventLog& log) {
    settings.on_event = log.recorder();
    return settings;
  }
  int pid() { return log.of_kind(EventKind::kStarted).at(0).pid; }

  test::EventLog log;
  test::ScriptedWorkers workers;
  dispatch::LockedDispatch dispatch{{.workers = 1, .concurrency = 1, .max_queue_size = 4}};
  fleet::Status status{1};
  reports::Events events{workers.configuration()->settings};
  Supervisor supervisor{workers.configuration(), dispatch, status, events};
};

TEST_CASE("a worker that ends before it is ready is a failed start with its status and stderr") {
  Supervised pool("#!/bin/sh\necho no weights here >&2\nexit 3\n");
  pool.supervisor.start();
  const std::optional<Error> failure = pool.status.wait_started();
  REQUIRE(failure);
  CHECK(failure->code() == ErrorCode::kStartupFailed);
  CHECK(failure->details().exit_status == 3);
  CHECK_THAT(failure->what(), contains("no weights here"));
  pool.supervisor.stop();
  CHECK(pool.log.kinds(0).starts_with("started start_failed "));
}

TEST_CASE("a worker that never says hello is killed at startup_timeout, and the error names it") {
  Settings settings;
  settings.startup_timeout = 100ms;
  Supervised pool(test::kIdleScript, std::move(settings));
  pool.supervisor.start();
  const std::optional<Error> failure = pool.status.wait_started();
  REQUIRE(failure);
  CHECK_THAT(failure->what(), contains("startup_timeout"));
  pool.supervisor.stop();
}

TEST_CASE("stop leaves no process, and nothing to report") {
  Supervised pool(test::kIdleScript);
  pool.supervisor.start();
  REQUIRE(eventually([&] { return !pool.log.of_kind(EventKind::kStarted).empty(); }));
  CHECK(test::running(pool.pid()));
  CHECK(pool.status.health().live == 0);
  pool.supervisor.stop();
  CHECK_FALSE(test::process_state(pool.pid()));
  CHECK(pool.supervisor.left_behind().empty());
  CHECK_FALSE(pool.status.wait_ready(core::TimePoint::max()));
}

TEST_CASE("a stop that was begun goes on by itself") {
  Supervised pool(test::kIdleScript);
  pool.supervisor.start();
  pool.supervisor.begin_stop();
  CHECK_FALSE(pool.status.wait_ready(core::TimePoint::max()));
}

TEST_CASE("every event is told on the thread that the supervisor calls its own") {
  std::atomic<Supervisor*> told_by = nullptr;
  std::atomic<int> own = 0;
  std::atomic<int> others = 0;
  Settings settings;
  settings.on_event = [&](const Event&) { ++(told_by.load()->on_this_thread() ? own : others); };
  const test::ScriptedWorkers workers("#!/bin/sh\nexit 3\n", std::move(settings));
  dispatch::LockedDispatch dispatch({.workers = 1});
  fleet::Status status(1);
  reports::Events events(workers.configuration()->settings);
  Supervisor supervisor(workers.configuration(), dispatch, status, events);
  told_by = &supervisor;
  CHECK_FALSE(supervisor.on_this_thread());
  supervisor.start();
  REQUIRE(status.wait_started());
  supervisor.stop();
  CHECK(own > 0);
  CHECK(others == 0);
}

}  // namespace
}  // namespace inferpool::pool
