// SPDX-License-Identifier: Apache-2.0
#include "pool/worker_polls.hpp"

#include <poll.h>

#include <array>
#include <optional>

#include "catch.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;
using test::IdleWorker;
using test::ScriptedWorkers;

core::Deadline soon() { return core::after(core::Clock::now(), 20s); }

bool nothing(const WorkerPolls::Happened& happened) {
  return !happened.ended && !happened.spoke && !happened.wrote;
}

TEST_CASE("a wait ends at its deadline and then nothing has happened") {
  const core::EventFd event;
  const IdleWorker idle;
  const std::array workers{WatchedWorker{.worker = idle.handle()}};
  WorkerPolls polls(1);
  const core::TimePoint until = core::after(core::Clock::now(), 20ms);
  polls.wait(event, workers, until);
  CHECK(core::Clock::now() >= until);
  CHECK(nothing(polls.of(0, workers[0])));
}

TEST_CASE("a signalled event ends a wait and is cleared") {
  const core::EventFd event;
  WorkerPolls polls(1);
  event.signal();
  polls.wait(event, {}, std::nullopt);
  pollfd polled{event.fd(), POLLIN, 0};
  CHECK(::poll(&polled, 1, 0) == 0);
}

TEST_CASE("the worker that ended is told apart from the one that did not") {
  const core::EventFd event;
  const IdleWorker first;
  const IdleWorker second;
  const std::array workers{WatchedWorker{.worker = first.handle()},
                           WatchedWorker{.worker = second.handle()}};
  WorkerPolls polls(2);
  second.handle()->kill("for this test");
  do polls.wait(event, workers, soon());
  while (!polls.of(1, workers[1]).ended);
  CHECK(nothing(polls.of(0, workers[0])));
}

TEST_CASE("what a worker writes ends a wait, but not if the worker is lost") {
  const core::EventFd event;
  const ScriptedWorkers loud("#!/bin/sh\necho a line >&2\nexec sleep 100\n");
  const auto handle = std::make_shared<processes::WorkerHandle>(loud.configuration(), 0, 1);
  std::array workers{WatchedWorker{.worker = handle}};
  WorkerPolls polls(1);
  polls.wait(event, workers, soon());
  CHECK(polls.of(0, workers[0]).wrote);
  workers[0].lost = true;
  polls.wait(event, workers, core::after(core::Clock::now(), 20ms));
  CHECK(nothing(polls.of(0, workers[0])));
}

TEST_CASE("a worker that cannot be reaped may have ended at each look") {
  const core::EventFd event;
  const IdleWorker idle;
  const std::array workers{
      WatchedWorker{.worker = idle.handle(), .lost = true, .unreaped_since = core::Clock::now()}};
  WorkerPolls polls(1);
  polls.wait(event, workers, core::Clock::now());
  CHECK(polls.of(0, workers[0]).ended);
}

}  // namespace
}  // namespace inferpool::pool
