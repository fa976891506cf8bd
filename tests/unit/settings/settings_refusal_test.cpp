// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/unwritten_pipe.hpp"

namespace inferpool {
namespace {

Settings parse(std::string_view text) {
  return Settings::from_json(text, "model-settings.json", "/models/digits");
}

// What from_json() says to a text that it refuses.
std::string refusal(std::string_view text) {
  try {
    (void)parse(text);
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
  return "accepted";
}

struct Bad {
  std::string text;  // of the value
  std::string written = text;
};

// Each value at this path of the file, such as "pool.spin", must be refused with source, path,
// value and what is accepted.
void require_refused(const std::string& path, const std::string& accepted,
                     const std::vector<Bad>& values) {
  std::string before;
  std::string after;
  std::string rest = path;
  for (std::size_t dot = rest.find('.'); dot != std::string::npos; dot = rest.find('.')) {
    before += "{\"" + rest.substr(0, dot) + "\": ";
    after += '}';
    rest.erase(0, dot + 1);
  }
  for (const Bad& value : values) {
    CHECK(refusal(before + "{\"" + rest + "\": " + value.text + "}" + after) ==
          "invalid_settings: model-settings.json: " + path + " is " + value.written +
              "; accepted: " + accepted);
  }
}

const std::vector<Bad> kNeverWhole = {
    {"-1"},      {"1.7"},  {"2.0"},  {"1e9"}, {"1000000000"}, {"99999999999"},
    {"\"abc\""}, {"\"\""}, {"true"}, {"[1]"}, {"{ }", "{}"},  {"123456789012345678901234567890"}};

TEST_CASE("B10: a bad number of workers is refused with file, field, value and range") {
  const std::string accepted = "a whole number from 0 to 1024";
  require_refused("parallel_workers", accepted, kNeverWhole);
  require_refused(
      "parallel_workers", accepted,
      {{"1025"}, {"\"-1\""}, {"\"1.7\""}, {"\"1000000000\""}, {"\" \""}, {"\"3 4\""}, {"false"}});
}

TEST_CASE("B10: bad whole numbers are refused with file, field, value and range") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"pool.concurrency", "1 to 32"},
      {"pool.max_queue_size", "0 to 1000000"},
      {"pool.restart_backoff.breaker", "1 to 1000000"},
      {"pool.threads_per_worker", "1 to 1024"}};
  for (const auto& [path, range] : rows) {
    require_refused(path, "a whole number from " + range, kNeverWhole);
    require_refused(path, "a whole number from " + range, {{"\"3\""}, {"null"}});
  }
  require_refused("pool.concurrency", "a whole number from 1 to 32", {{"0"}, {"33"}});
  require_refused("pool.max_requests", "a whole number from 1 to 1000000000",
                  {{"0"}, {"-1"}, {"1000000001"}, {"1.5"}, {"\"3\""}, {"null"}});
}

TEST_CASE("B10: bad durations are refused with file, field, value and range") {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"pool.request_timeout", "0s to 87600h"},
      {"pool.cancel_grace", "0s to 87600h"},
      {"pool.hang_timeout", "0s to 87600h"},
      {"pool.startup_timeout", "1ns to 87600h"},
      {"pool.drain_timeout", "1ns to 87600h"},
      {"pool.poison_memory", "0s to 87600h"},
      {"pool.restart_backoff.first", "1ns to 87600h"},
      {"pool.restart_backoff.limit", "1ns to 87600h"},
      {"pool.max_worker_age", "1ns to 87600h"},
      {"pool.spin", "0s to 10ms"}};
  for (const auto& [path, range] : rows) {
    require_refused(
        path, "text such as \"250ms\", \"2s\" or \"1.5min\", or a number of seconds, from " + range,
        {{"-1"},
         {"-0.5"},
         {"\"-5s\""},
         {"1000000000"},
         {"1e9"},
         {"\"abc\""},
         {"\"\""},
         {"\"5 s\""},
         {"null"},
         {"true"},
         {"[]"},
         {"{}"},
         {"\"99999999999h\""}});
  }
  require_refused(
      "pool.drain_timeout",
      "text such as \"250ms\", \"2s\" or \"1.5min\", or a number of seconds, from 1ns to 87600h",
      {{"0"}, {"\"0ms\""}, {"0.0"}});
  require_refused("pool.restart_backoff.limit", "at least restart_backoff.first, 10ms",
                  {{"\"9ms\""}, {"0.001", "\"1ms\""}});
}

TEST_CASE("B10: bad sizes of memory are refused with file, field, value and range") {
  const std::string form = "a number of bytes, or text such as \"64MiB\" or \"2GiB\", from ";
  for (const auto& [path, least] :
       {std::pair("pool.shared_memory_limit", "1MiB"), std::pair("pool.max_payload", "1")}) {
    require_refused(path, form + least + " to 64TiB",
                    {{"-1"},
                     {"0"},
                     {"1.7"},
                     {"\"abc\""},
                     {"\"\""},
                     {"\"64MB\""},
                     {"\"-1MiB\""},
                     {"null"},
                     {"true"},
                     {"\"65TiB\""},
                     {"18446744073709551615"},
                     {"18446744073709551616"}});
  }
}

TEST_CASE("B10: bad texts are refused with file, field, value and what is accepted") {
  const std::string accepted = "text, not empty and without NUL characters";
  for (const char* path : {"name", "implementation", "parameters.uri", "parameters.version",
                           "parameters.environment_path", "pool.worker", "pool.folder"}) {
    require_refused(path, accepted, {{"1.7"}, {"true"}, {"[]"}, {"{}"}, {"\"a\\u0000b\""}});
  }
  for (const char* path : {"implementation", "pool.worker", "pool.folder"}) {
    require_refused(path, accepted, {{"\"\""}, {"-1"}});
  }
  for (const char* path : {"pool.worker", "pool.folder"}) {
    require_refused(path, accepted, {{"null"}});
  }
  require_refused("parameters.extra", "a JSON object", {{"\"\""}, {"1.7"}, {"[{}]"}, {"\"{}\""}});
  require_refused("pool.cpu_affinity",
                  "a list of CPUs below 1024 such as \"0-3,8\", or \"{index}\"",
                  {{"\"\""},
                   {"null"},
                   {"3"},
                   {"\"abc\""},
                   {"\"3-1\""},
                   {"\"-1\""},
                   {"\"1.7\""},
                   {"\"1000000000\""}});
}

TEST_CASE(
    "B10: bad switches and choices are refused with file, field, value and what is accepted") {
  for (const char* path :
       {"pool.start_in_background", "pool.copy_outputs", "pool.core_dumps", "pool.sandbox"}) {
    require_refused(path, "true or false",
                    {{"1"}, {"0"}, {"\"true\""}, {"null"}, {"\"\""}, {"1.7"}});
  }
  require_refused("pool.retry", "\"never\" or \"if_not_started\" or \"always\"",
                  {{"\"\""}, {"\"Never\""}, {"null"}, {"1"}, {"true"}});
  require_refused("pool.worker_output", "\"inherit\" or \"capture\"",
                  {{"\"\""}, {"\"callback\""}, {"null"}, {"2"}});
}

TEST_CASE("B10: bad entries of env and rlimits are refused with their names") {
  const std::string variables =
      "an object of texts without NUL characters, under names that are not empty and without '='; "
      "name and text together at most 131070 bytes";
  require_refused("pool.inherit_env",
                  "true, false, or a list of names that are not empty and without '=' and NUL "
                  "characters",
                  {{"null"}, {"\"PATH\""}, {"{}"}, {"[1]"}, {"[\"A=B\"]"}, {"[\"\"]"}});
  require_refused("pool.env", variables, {{"null"}, {"\"A=1\""}, {"[\"A=1\"]"}});
  require_refused("pool.env.OMP_NUM_THREADS", variables, {{"4"}, {"null"}, {"\"\\u0000\""}});
  require_refused("pool.env.A=B", variables, {{"\"1\""}});
  const std::string limits =
      "an object of whole numbers from 0 to 18446744073709551615 under the names as, core, cpu, "
      "data, fsize, "
      "memlock, nofile, nproc, stack";
  require_refused("pool.rlimits", limits, {{"null"}, {"256"}});
  require_refused("pool.rlimits.nofile", limits,
                  {{"-1"}, {"1.7"}, {"\"256\""}, {"null"}, {"18446744073709551616"}});
  require_refused("pool.rlimits.nofiles", limits, {{"256"}});
}

TEST_CASE("objects that are something else are refused") {
  for (const char* path : {"pool", "parameters", "pool.restart_backoff"}) {
    require_refused(path, "a JSON object", {{"4"}, {"[]"}, {"\"\""}});
  }
  for (const char* path : {"pool", "pool.restart_backoff"}) {
    require_refused(path, "a JSON object", {{"null"}});
  }
  REQUIRE(refusal("[1]") ==
          "invalid_settings: model-settings.json: the document is [1]; accepted: a JSON object");
}

TEST_CASE("an unknown field in pool is refused with its path and its nearest neighbour") {
  const auto unknown = [](const std::string& path, const std::string& nearest) {
    return "invalid_settings: model-settings.json: " + path +
           " is not a known field; the nearest one is " + nearest;
  };
  REQUIRE(refusal(R"({"pool": {"max_queue": 4}})") ==
          unknown("pool.max_queue", "pool.max_queue_size"));
  REQUIRE(refusal(R"({"pool": {"restart_backoff": {"limits": 4}}})") ==
          unknown("pool.restart_backoff.limits", "pool.restart_backoff.limit"));
  REQUIRE(refusal(R"({"pool": {"workers": null}})") == unknown("pool.workers", "parallel_workers"));
  REQUIRE(refusal(R"({"pool": {"restart_backoff.first": "1s"}})") ==
          unknown("pool.\"restart_backoff.first\"", "pool.restart_backoff.first"));
}

TEST_CASE("malformed JSON is refused with line and column") {
  REQUIRE(refusal("{\n  \"name\": \"digits\"\n  \"pool\": {}\n}") ==
          "invalid_settings: model-settings.json: line 3, column 8: unexpected string literal; "
          "expected ',' or '}'");
  REQUIRE_THAT(refusal("{\"parallel_workers\": NaN}"),
               test::contains("line 1, column 22: invalid literal"));
  REQUIRE(refusal(R"({"parallel_workers": 4, "parallel_workers": 2})") ==
          "invalid_settings: model-settings.json: parallel_workers is given twice");
  REQUIRE(refusal(" \n") ==
          "invalid_settings: model-settings.json: is empty; accepted: a JSON object such as {}");
}

TEST_CASE("a file that cannot be read is refused with its path and the reason") {
  REQUIRE_THROWS_WITH(Settings::from_file("/nonexistent/model-settings.json"),
                      "invalid_settings: /nonexistent/model-settings.json: cannot be read: No such "
                      "file or directory");
  REQUIRE_THROWS_WITH(Settings::from_file(""),
                      "invalid_settings: : cannot be read: No such file or directory");
  const test::ScratchFolder folder;
  const std::string large = folder / "large.json";
  test::write_file(large);
  std::filesystem::resize_file(large, (std::uintmax_t{64} << 20U) + 1);
  REQUIRE_THROWS_WITH(Settings::from_file(large), "invalid_settings: " + large +
                                                      ": is larger than 64MiB, so it is not a "
                                                      "model-settings.json");
}

TEST_CASE("what is not a regular file is refused as model-settings.json, and nobody waits for it") {
  const test::UnwrittenPipe pipe("model-settings.json");
  const auto from_file = [&] { return Settings::from_file(pipe.path()); };
  REQUIRE_THROWS_WITH(pipe.read_by(from_file),
                      "invalid_settings: " + pipe.path() + ": is a pipe; accepted: a regular file");
  REQUIRE_THROWS_WITH(Settings::from_file("/"),
                      "invalid_settings: /: is a directory; accepted: a regular file");
  REQUIRE_THROWS_WITH(Settings::from_file("/dev/zero"),
                      "invalid_settings: /dev/zero: is a device; accepted: a regular file");
}

}  // namespace
}  // namespace inferpool
