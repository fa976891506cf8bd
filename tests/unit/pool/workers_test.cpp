// SPDX-License-Identifier: Apache-2.0
#include "pool/workers.hpp"

#include <memory>
#include <string>
#include <utility>

#include "catch.hpp"
#include "integration/event_log.hpp"
#include "integration/processes.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;
using calls::FakeAsyncJob;
using calls::FakeJob;
using calls::Told;
using test::contains;
using test::ScriptedWorkers;

// The settings of a pool whose one worker is this script.
struct Script {
  explicit Script(const std::string& text) : file(text) {
    settings.worker = file.path();
    settings.workers = 1;
    settings.shared_memory_limit = 8 << 20;
    settings.max_payload = 1 << 20;
    settings.startup_timeout = 30s;
    settings.drain_timeout = 0ns;
    settings.worker_output.kind = WorkerOutput::Kind::kCapture;
    settings.start_in_background = true;
    settings.on_event = log.recorder();
  }

  test::EventLog log;
  ScriptedWorkers file;
  Settings settings;
};

const detail::ModelTraits kTraits{.signature = "FP32 -> FP32"};

Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("no error, where one is due");
}

TEST_CASE("a start that fails throws why, and leaves no process") {
  Script script("#!/bin/sh\nexit 3\n");
  script.settings.start_in_background = false;
  Workers workers(script.settings, kTraits);
  const Error error = error_of([&] { workers.start(); });
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK(error.details().exit_status == 3);
  CHECK(workers.health().state == PoolState::kStopped);
  CHECK_FALSE(test::process_state(script.log.of_kind(EventKind::kStarted).at(0).pid));
}

TEST_CASE("an executable that is not there is refused before anything starts") {
  Script script(test::kIdleScript);
  script.settings.worker = script.file.path() + "_of_another_name";
  const Error error = error_of([&] { const Workers workers(script.settings, kTraits); });
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(error.what(), contains("_of_another_name"));
}

TEST_CASE("a call that no worker is ready for ends at its deadline, and every verb counts it") {
  const Script script(test::kIdleScript);
  Workers workers(script.settings, kTraits);
  workers.start();
  FakeJob job;
  const InferOptions soon{.timeout = 20ms};
  CHECK(error_of([&] { workers.infer(job, soon); }).code() == ErrorCode::kDeadlineExceeded);
  calls::FakeStreamJob stream;
  CHECK(error_of([&] { workers.infer_stream(stream, soon); }).code() ==
        ErrorCode::kDeadlineExceeded);
  Told told;
  workers.submit(std::make_unique<FakeAsyncJob>(told), soon);
  workers.close();
  CHECK((told.failed == ErrorCode::kDeadlineExceeded || told.failed == ErrorCode::kStopped));
  CHECK(workers.stats().requests == 3);
  CHECK(workers.stats().failed == 3);
}

TEST_CASE("a closed pool refuses calls as stopped, and its last event is stopped") {
  const Script script(test::kIdleScript);
  Workers workers(script.settings, kTraits);
  workers.start();
  workers.close();
  workers.close();
  FakeJob job;
  CHECK(error_of([&] { workers.infer(job, {}); }).code() == ErrorCode::kStopped);
  CHECK_FALSE(workers.wait_ready(core::TimePoint::max()));
  CHECK(script.log.kinds().ends_with("stopped "));
  CHECK(script.log.of_kind(EventKind::kStopped).size() == 1);
}

TEST_CASE("a loan is writable memory of the pool and counts until it is dropped") {
  const Script script(test::kIdleScript);
  Workers workers(script.settings, kTraits);
  workers.start();
  {
    Tensor loan = workers.loan(Datatype::kFp32, {1000});
    CHECK(loan.mutable_values<float>().size() == 1000);
    CHECK(workers.stats().payload_in_flight >= 4000);
  }
  CHECK(workers.stats().payload_in_flight == 0);
}

TEST_CASE("in a fork of the host calls are refused, and close does nothing") {
  const Script script(test::kIdleScript);
  Workers workers(script.settings, kTraits);
  workers.start();
  test::ForkedChild child([&] {
    FakeJob job;
    const bool refused = error_of([&] { workers.infer(job, {}); }).code() == ErrorCode::kStopped;
    Told told;
    workers.submit(std::make_unique<FakeAsyncJob>(told), {});
    workers.close();
    return refused && workers.in_child() && told.failed == ErrorCode::kStopped ? 0 : 1;
  });
  CHECK(child.exit_code() == 0);
  CHECK(workers.health().state == PoolState::kStarting);
}

}  // namespace
}  // namespace inferpool::pool
