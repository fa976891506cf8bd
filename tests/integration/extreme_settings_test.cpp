// SPDX-License-Identifier: Apache-2.0
// The smallest and the largest of each number and duration that a pool can be told, and what lies
// beyond: each is refused in words, or works as it says.
#include <limits>
#include <set>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "core/byte_size.hpp"
#include "integration/actors.hpp"
#include "settings/duration.hpp"
#include "settings/packed_settings.hpp"
#include "settings/setting_fields.hpp"

namespace inferpool::test {
namespace {

constexpr Duration kTenYears = std::chrono::hours(24 * 3650), kNanosecond = 1ns;
// A value of a field.
struct Extreme {
  std::string written;                      // as JSON
  std::function<void(Settings&)> set = {};  // null: Settings cannot hold it
  bool accepted = false;
};

struct Field {
  std::string name;
  std::string place;
  std::vector<Extreme> extremes;
};

template <typename Set, typename Value>
std::function<void(Settings&)> setting(Set set, Value value) {
  return [=](Settings& settings) { set(settings, value); };
}

template <typename Set>
Field durations(const std::string& name, Duration least, Duration most, Set set) {
  Field field{name, "pool." + name, {}};
  for (const Duration value : {Duration::min(), -kNanosecond, Duration::zero(), kNanosecond, most,
                               most + kNanosecond, Duration::max()}) {
    field.extremes.push_back({"\"" + settings::print_duration(value) + "\"", setting(set, value),
                              value >= least && value <= most});
  }
  for (const char* text : {"1e30", "-1e30", "\"1e30s\"", "\"9223372036854775808ns\"",
                           "\"9223372036854775807h\"", "\"inf\"", "\"nan\"", "\"\"", "\"s\"", "{}"})
    field.extremes.push_back({text});
  return field;
}

template <typename Set>
Field numbers(const std::string& name, const std::string& place, int least, int most, Set set) {
  Field field{name, place, {}};
  for (const int value : std::set<int>{std::numeric_limits<int>::min(), -1, 0, least, most,
                                       most + 1, std::numeric_limits<int>::max()}) {
    field.extremes.push_back(
        {std::to_string(value), setting(set, value), value >= least && value <= most});
  }
  for (const char* text : {"1e30", "-1e30", "0.5", "2147483648", "-2147483649",
                           "9223372036854775808", "18446744073709551616", "\"\"", "true"})
    field.extremes.push_back({text});
  return field;
}

template <typename Set>
Field sizes(const std::string& name, std::uint64_t least, std::uint64_t most, Set set) {
  Field field{name, "pool." + name, {}};
  for (const std::uint64_t value : std::set<std::uint64_t>{
           0, 1, least - 1, least, most, most + 1, std::numeric_limits<std::uint64_t>::max()}) {
    field.extremes.push_back(
        {std::to_string(value), setting(set, value), value >= least && value <= most});
  }
  for (const char* text : {"-1", "1e30", "0.5", "18446744073709551616",
                           "\"18446744073709551615TiB\"", "\"1e3MiB\"", "\"\"", "\"MiB\"", "true"})
    field.extremes.push_back({text});
  return field;
}

std::vector<Field> times() {
  return {
      durations("request_timeout", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.request_timeout = value; }),
      durations("cancel_grace", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.cancel_grace = value; }),
      durations("hang_timeout", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.hang_timeout = value; }),
      durations("startup_timeout", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.startup_timeout = value; }),
      durations("drain_timeout", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.drain_timeout = value; }),
      durations("restart_backoff.first", 1ns, kTenYears,
                [](Settings& s, Duration value) {
                  s.restart_backoff.first = value;
                  s.restart_backoff.limit = std::clamp<Duration>(value, 10s, kTenYears);
                }),
      durations("restart_backoff.limit", 1ns, kTenYears,
                [](Settings& s, Duration value) {
                  s.restart_backoff.limit = value;
                  s.restart_backoff.first = 1ns;
                }),
      durations("poison_memory", 0ns, kTenYears,
                [](Settings& s, Duration value) { s.poison_memory = value; }),
      durations("spin", 0ns, 10ms, [](Settings& s, Duration value) { s.spin = value; }),
      durations("max_worker_age", 1ns, kTenYears,
                [](Settings& s, Duration value) { s.max_worker_age = value; }),
  };
}

std::vector<Field> counts() {
  return {
      numbers("workers", "parallel_workers", 0, 1024,
              [](Settings& s, int value) { s.workers = value; }),
      numbers("concurrency", "pool.concurrency", 1, 32,
              [](Settings& s, int value) { s.concurrency = value; }),
      numbers("max_queue_size", "pool.max_queue_size", 0, 1'000'000,
              [](Settings& s, int value) { s.max_queue_size = value; }),
      numbers("restart_backoff.breaker", "pool.restart_backoff.breaker", 1, 1'000'000,
              [](Settings& s, int value) { s.restart_backoff.breaker = value; }),
      numbers("max_requests", "pool.max_requests", 1, 1'000'000'000,
              [](Settings& s, int value) { s.max_requests = value; }),
      numbers("threads_per_worker", "pool.threads_per_worker", 1, 1024,
              [](Settings& s, int value) { s.threads_per_worker = value; }),
  };
}

std::vector<Field> memories() {
  return {
      sizes("shared_memory_limit", core::kMiB, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.shared_memory_limit = value; }),
      sizes("max_payload", 1, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.max_payload = value; }),
      sizes("max_worker_rss", core::kMiB, 64 * core::kTiB,
            [](Settings& s, std::uint64_t value) { s.max_worker_rss = value; }),
  };
}

std::vector<Field> all_fields() {
  std::vector<Field> all;
  for (auto part : {times(), counts(), memories()})
    std::ranges::move(part, std::back_inserter(all));
  return all;
}

// A document in which nothing stands but the value at this place, such as "pool.spin".
std::string document_with(const Field& field, const std::string& written) {
  std::string document = written;
  for (std::string_view place = field.place; !place.empty();) {
    const std::size_t dot = place.rfind('.');
    const std::string_view name = dot == std::string_view::npos ? place : place.substr(dot + 1);
    document = "{\"" + std::string(name) + "\": " + document + "}";
    place = place.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return document;
}

Settings small_settings() {
  Settings settings = settings_for("thread_safe_worker", 1);
  settings.worker_output.kind = WorkerOutput::Kind::kCapture;
  return settings;
}

// What comes of a pool with these settings, and of one call.
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

// Where a value that is accepted has another end than an answer.
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
  if (is("hang_timeout", "\"1ns\"") && outcome.of_call) {  // where the watching thread saw it twice
    CHECK(outcome.of_call->code() == ErrorCode::kWorkerLost);
    CHECK(outcome.of_call->details().hung);
    return;
  }
  if (is("max_payload", "1")) {
    REQUIRE(outcome.of_call);
    CHECK(outcome.of_call->code() == ErrorCode::kPayloadTooLarge);
    return;
  }
  // What one worker's replies must have, and half of what a process can map.
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
      // A thousand processes are no matter for a test.
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
  const std::vector<Field> fields = all_fields();  // the names are theirs
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
      check_refusal(error_from([&] {
                      return Settings::from_json(document_with(field, extreme.written), "file", {});
                    }),
                    field.place);
      if (!extreme.set) continue;
      Settings settings = small_settings();
      extreme.set(settings);
      check_refusal(error_from([&] { return Pool<ThreadSafeActor>(settings).stats(); }),
                    field.name);
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
