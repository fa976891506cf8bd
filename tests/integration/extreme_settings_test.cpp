// SPDX-License-Identifier: Apache-2.0
// The smallest and the largest value of each number and duration in the settings, and values beyond
// them. Each is refused with a clear error, or works as it says.
#include <set>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/extreme_fields.hpp"
#include "settings/packed_settings.hpp"
#include "settings/setting_fields.hpp"

namespace inferpool::test {
namespace {

Settings small_settings() {
  Settings settings = settings_for("thread_safe_worker", 1);
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  return settings;
}

// How the start of a pool with these settings ends, and how one call ends.
struct Outcome {
  std::optional<Error> of_start = {};
  std::optional<Error> of_call = {};
};

Outcome outcome_of(const Settings& settings) {
  Outcome outcome;
  try {
    Pool<ThreadSafeActor> pool(settings);
    const auto answer = pool.try_infer(act("echo"));
    if (!answer) outcome.of_call = answer.error();
    pool.close();
  } catch (const Error& error) {
    outcome.of_start = error;
  }
  return outcome;
}

void check_refusal(const Error& error, const std::string& label) {
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains(label + " is "));
  CHECK_THAT(error.what(), contains("accepted: "));
}

// Some accepted values do not lead to an answer.
void check_outcome(const std::string& field, const std::string& written, const Outcome& outcome) {
  const auto is = [&](const char* name, const char* value) {
    return field == name && written == value;
  };
  if (is("startup_timeout", "\"1ns\"")) {
    REQUIRE(outcome.of_start);
    CHECK(outcome.of_start->code() == ErrorCode::kStartupFailed);
    CHECK_THAT(outcome.of_start->what(), contains("startup_timeout"));
    return;
  }
  if (is("request_timeout", "\"0s\"") || is("request_timeout", "\"1ns\"")) {
    REQUIRE(outcome.of_call);
    CHECK(outcome.of_call->code() == ErrorCode::kDeadlineExceeded);
    return;
  }
  if (is("hang_timeout", "\"1ns\"") && outcome.of_call) {  // if the run was seen twice
    CHECK(outcome.of_call->code() == ErrorCode::kWorkerLost);
    CHECK(outcome.of_call->details().hung);
    return;
  }
  if (is("max_payload", "1")) {
    REQUIRE(outcome.of_call);
    CHECK(outcome.of_call->code() == ErrorCode::kPayloadTooLarge);
    return;
  }
  // The least that one worker's replies need, and half of what a process can map.
  if (is("shared_memory_limit", "1048576") || is("max_payload", "70368744177664")) {
    REQUIRE(outcome.of_start);
    return check_refusal(*outcome.of_start, field);
  }
  if (is("shared_memory_limit", "70368744177664") && outcome.of_start) {
    CHECK(outcome.of_start->code() == ErrorCode::kStartupFailed);
    CHECK_THAT(outcome.of_start->what(), contains("shared memory"));
    return;
  }
  CHECK_FALSE(outcome.of_start);
  CHECK_FALSE(outcome.of_call);
}

void check_that_accepted_ones_work(const std::vector<Field>& fields) {
  for (const Field& field : fields) {
    for (const Extreme& extreme : field.extremes) {
      if (!extreme.accepted) continue;
      // A thousand processes are too many for a test.
      if (field.name == "workers" && extreme.written == "1024") continue;
      CAPTURE(field.name, extreme.written);
      Settings settings = small_settings();
      extreme.set(settings);
      check_outcome(field.name, extreme.written, outcome_of(settings));
    }
  }
}

TEST_CASE("the extremes of every number and duration of the settings are looked at", "[H10]") {
  const std::set<std::string_view> others = {"name",         "implementation",
                                             "version",      "uri",
                                             "extra",        "folder",
                                             "worker",       "environment_path",
                                             "retry",        "env",
                                             "rlimits",      "start_in_background",
                                             "copy_outputs", "inherit_env",
                                             "sandbox",      "core_dumps",
                                             "cpu_affinity", "worker_output"};
  std::set<std::string_view> looked_at;
  const std::vector<Field> fields = all_fields();  // the views of their names refer to it
  for (const Field& field : fields) looked_at.insert(field.name);
  for (const settings::SettingField& field : settings::setting_fields()) {
    INFO(field.name);
    CHECK(looked_at.contains(field.name) != others.contains(field.name));
  }
}

TEST_CASE("a value beyond the extremes is refused with its name, and what is accepted", "[H10]") {
  for (const Field& field : all_fields()) {
    for (const Extreme& extreme : field.extremes) {
      if (extreme.accepted) continue;
      CAPTURE(field.name, extreme.written);
      check_refusal(error_of([&] {
                      return Settings::from_json(document_with(field, extreme.written), "file", {});
                    }),
                    field.path);
      if (!extreme.set) continue;
      Settings settings = small_settings();
      extreme.set(settings);
      check_refusal(error_of([&] { return Pool<ThreadSafeActor>(settings).stats(); }), field.name);
    }
  }
}

TEST_CASE("an extreme that is accepted is the same in a file as in code", "[H10]") {
  for (const Field& field : all_fields()) {
    for (const Extreme& extreme : field.extremes) {
      if (!extreme.accepted || field.name.starts_with("restart_backoff")) continue;
      CAPTURE(field.name, extreme.written);
      Settings in_code;
      extreme.set(in_code);
      const Settings read = Settings::from_json(document_with(field, extreme.written), "file", {});
      CHECK(settings::pack(read) == settings::pack(in_code));
      CHECK(settings::pack(settings::unpack_settings(settings::pack(in_code))) ==
            settings::pack(in_code));
    }
  }
}

TEST_CASE("a pool works with the least and the most of each duration", "[H10]") {
  check_that_accepted_ones_work(times());
}

TEST_CASE("a pool works with the least and the most of each number", "[H10]") {
  check_that_accepted_ones_work(counts());
}

TEST_CASE("a pool works with the least and the most of each size, or says what it lacks", "[H10]") {
  check_that_accepted_ones_work(memories());
}

}  // namespace
}  // namespace inferpool::test
