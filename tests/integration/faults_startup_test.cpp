// SPDX-License-Identifier: Apache-2.0
// If workers cannot be started, the constructor says why and leaves nothing.
#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// The error of the constructor. Checks that it left nothing.
Error start_error(const Settings& settings) {
  const Footprint before;
  std::optional<Error> result;
  try {
    const FaultyPool pool(settings);
  } catch (const Error& error) {
    result = error;
  }
  if (!result) throw std::runtime_error("it started");
  CHECK(result->code() == ErrorCode::kStartupFailed);
  CHECK(result->phase() == Phase::kStarting);
  CHECK(Footprint() == before);
  return *result;
}

std::string make_executable(const std::string& file, const std::string& text) {
  write_file(file, text);
  std::filesystem::permissions(file, std::filesystem::perms::owner_all);
  return file;
}

Settings handshake_settings(const std::string& how) {
  Settings settings = faulty_settings(2);
  settings.worker = "handshake_worker";
  settings.env = {{"HANDSHAKE", how}, {"SIGNATURE", detail::type_signature<Faulty>()}};
  settings.startup_timeout = 20s;
  return settings;
}

}  // namespace

TEST_CASE("An executable that is missing or not executable is refused with its path") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(2);

  settings.worker = folder / "missing";
  CHECK_THAT(start_error(settings).what(),
             contains(folder / "missing") && contains("no such file"));

  settings.worker = "a-worker-that-is-nowhere";
  CHECK_THAT(start_error(settings).what(),
             contains("a-worker-that-is-nowhere") && contains("was not found"));

  write_file(folder / "plain", "text");
  settings.worker = folder / "plain";
  CHECK_THAT(start_error(settings).what(),
             contains(folder / "plain") && contains("not executable"));
}

TEST_CASE("B10: a directory as worker is a wrong setting") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(2);
  settings.worker = folder / "";
  try {
    const FaultyPool pool(settings);
    FAIL("it started");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    CHECK_THAT(error.what(), contains("a directory; accepted:"));
  }
}

TEST_CASE("A file that the kernel does not run is refused with the kernel's reason") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(2);

  settings.worker = make_executable(folder / "script", "#!/no/such/interpreter\n");
  CHECK_THAT(start_error(settings).what(), contains("cannot be run: No such file or directory"));

  settings.worker = make_executable(folder / "noise", "no program at all\n");
  CHECK_THAT(start_error(settings).what(), contains("cannot be run: Exec format error"));
}

TEST_CASE("A program that is not a worker is refused with what it wrote and how it ended") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.worker = make_executable(folder / "other", "#!/bin/sh\necho I know no $1 >&2\nexit 3\n");
  const Error error = start_error(settings);
  CHECK(error.details().exit_status == 3);
  CHECK_THAT(error.details().stderr_tail, contains("I know no --inferpool-attach="));
  CHECK_THAT(error.what(),
             contains("exited with status 3 before it was ready") && contains("I know no"));
}

TEST_CASE("A worker that breaks the handshake is refused with the reason, at once") {
  struct Row {
    const char* how;
    const char* cause;
  };
  const auto row = GENERATE(
      Row{"old version", "speaks protocol 6 "}, Row{"other ABI", "another inferpool"},
      Row{"other signature", "struct of somebody else -> Tensor"},
      Row{"ready first", "broke the protocol of the handshake"},
      Row{"hello twice", "broke the protocol of the handshake"},
      Row{"other generation", "answered for generation"},
      Row{"noise", "not a message of inferpool"}, Row{"other magic", "not a message of inferpool"},
      Row{"exit after hello", "exited with status 0 before it was ready"});
  CAPTURE(row.how);
  const auto start = Clock::now();
  const Error error = start_error(handshake_settings(row.how));
  CHECK_THAT(error.what(), contains(row.cause));
  CHECK_THAT(error.details().stderr_tail, contains("shaking hands"));
  CHECK(error.details().pid > 0);
  CHECK(Clock::now() - start < 15s);
}

TEST_CASE("A worker that ends right after it was ready, before the others are, fails the start") {
  Settings settings = handshake_settings("exit after ready {index}");
  settings.workers = 2;
  CHECK_THAT(start_error(settings).what(),
             contains("exited with status 0 right after it was ready"));
}

TEST_CASE("A worker of another model is refused, and both signatures are named") {
  Settings settings = faulty_settings(1);
  settings.worker = "echo_worker";
  CHECK_THAT(start_error(settings).what(),
             contains("Tensor -> Tensor") && contains(detail::type_signature<Faulty>()));
}

TEST_CASE("A worker that never says hello is killed at startup_timeout") {
  Settings settings = handshake_settings("silent");
  settings.startup_timeout = 3s;
  const Error error = start_error(settings);
  CHECK_THAT(error.what(), contains("startup_timeout (3 s)") && contains("shook hands"));
  CHECK(error.details().signal == SIGKILL);
  CHECK(error.details().stderr_tail == "shaking hands\n");
}

TEST_CASE("A model that does not end loading is killed at startup_timeout") {
  Settings settings = faulty_settings(2, R"({"load": "hang"})");
  settings.startup_timeout = 4s;
  CHECK_THAT(start_error(settings).what(),
             contains("startup_timeout (4 s)") && contains("its model loaded"));
}

TEST_CASE("A5: a load that throws is reported with type and text, and leaves no process") {
  const Error error = start_error(faulty_settings(4, R"({"load": "throw"})"));
  CHECK_THAT(error.what(), contains("std::runtime_error: the weights are missing"));
  CHECK(error.details().exception_type == "std::runtime_error");
  CHECK(error.details().exception_text == "the weights are missing");

  CHECK_THAT(start_error(faulty_settings(1, R"({"load": "throw_number"})")).what(),
             contains("int"));
}

TEST_CASE("A5: a load that dies is reported with its signal, or exit status, and its last output") {
  const Error killed = start_error(faulty_settings(2, R"({"load": "die"})"));
  CHECK(killed.details().signal == SIGKILL);
  CHECK(killed.details().stderr_tail == "loading the weights\n");
  CHECK_THAT(killed.what(), contains("SIGKILL") && contains("before it was ready") &&
                                contains("loading the weights"));

  const Error ended = start_error(faulty_settings(2, R"({"load": "exit"})"));
  CHECK(ended.details().exit_status == 0);
  CHECK_THAT(ended.what(), contains("exited with status 0 before it was ready"));
}
