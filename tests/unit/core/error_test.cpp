// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool {
namespace {

const std::vector<ErrorCode> kCodes{
    ErrorCode::kInvalidSettings, ErrorCode::kInvalidArgument, ErrorCode::kModelFailed,
    ErrorCode::kWorkerLost,      ErrorCode::kPoisonedRequest, ErrorCode::kDeadlineExceeded,
    ErrorCode::kStartupFailed,   ErrorCode::kUnavailable,     ErrorCode::kQueueFull,
    ErrorCode::kPayloadTooLarge, ErrorCode::kOutOfMemory,     ErrorCode::kCancelled,
    ErrorCode::kStopped};

TEST_CASE("an error's text is its code and its sentence") {
  const Error error(ErrorCode::kWorkerLost, "worker 2 (pid 77) was killed by signal 9");
  REQUIRE(std::string(error.what()) == "worker_lost: worker 2 (pid 77) was killed by signal 9");
  REQUIRE(error.code() == ErrorCode::kWorkerLost);
}

TEST_CASE("an error's text is not a format string") {
  REQUIRE(std::string(Error(ErrorCode::kModelFailed, "{} %s {0}").what()) ==
          "model_failed: {} %s {0}");
}

TEST_CASE("each error code has a name of its own") {
  std::set<std::string_view> names;
  for (const ErrorCode code : kCodes) {
    REQUIRE(name(code) != "?");
    names.insert(name(code));
  }
  REQUIRE(names.size() == kCodes.size());
  REQUIRE(name(ErrorCode::kInvalidSettings) == "invalid_settings");
  REQUIRE(name(ErrorCode::kStopped) == "stopped");
}

TEST_CASE("a code or a phase that does not exist has the name ?") {
  REQUIRE(name(static_cast<ErrorCode>(200)) == "?");
  REQUIRE(name(static_cast<Phase>(200)) == "?");
}

TEST_CASE("each phase has its name") {
  REQUIRE(name(Phase::kNone) == "none");
  REQUIRE(name(Phase::kStarting) == "starting");
  REQUIRE(name(Phase::kQueued) == "queued");
  REQUIRE(name(Phase::kRunning) == "running");
}

TEST_CASE("an error without details says that nothing more is known") {
  const Error error(ErrorCode::kStopped, "the pool is closed");
  REQUIRE(error.phase() == Phase::kNone);
  REQUIRE(error.details().worker_index == -1);
  REQUIRE(error.details().pid == 0);
  REQUIRE_FALSE(error.details().signal);
  REQUIRE_FALSE(error.details().exit_status);
  REQUIRE(error.details().stderr_tail.empty());
}

TEST_CASE("an error keeps its details") {
  ErrorDetails details;
  details.phase = Phase::kRunning;
  details.pid = 4711;
  details.signal = 11;
  details.stderr_tail = "segfault in layer 3";
  const Error error(ErrorCode::kWorkerLost, "gone", details);
  REQUIRE(error.phase() == Phase::kRunning);
  REQUIRE(error.details().pid == 4711);
  REQUIRE(error.details().signal == 11);
  REQUIRE(error.details().stderr_tail == "segfault in layer 3");
}

TEST_CASE("copies of an error share their text") {
  const Error error(ErrorCode::kQueueFull, "1024 requests wait; raise max_queue_size");
  const Error copy = error;  // NOLINT: the copy is what is tested
  REQUIRE(copy.what() == error.what());
  STATIC_REQUIRE(std::is_nothrow_copy_constructible_v<Error>);
}

TEST_CASE("an error that was moved from keeps its text") {
  Error error(ErrorCode::kCancelled, "the caller gave up");
  const Error taken = std::move(error);
  REQUIRE(std::string(taken.what()) == "cancelled: the caller gave up");
  REQUIRE(std::string(error.what()) == "cancelled: the caller gave up");  // NOLINT
}

TEST_CASE("a result holds a value or throws its error") {
  Result<std::string> good = std::string("answer");
  REQUIRE(good);
  REQUIRE(good.value() == "answer");
  REQUIRE(good->size() == 6);
  REQUIRE(std::move(good).value() == "answer");

  const Result<std::string> bad = Error(ErrorCode::kUnavailable, "no worker lives");
  REQUIRE_FALSE(bad.has_value());
  REQUIRE(bad.error().code() == ErrorCode::kUnavailable);
  REQUIRE_THROWS_WITH(bad.value(), "unavailable: no worker lives");
}

}  // namespace
}  // namespace inferpool
