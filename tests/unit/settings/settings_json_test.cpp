// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "scoped_variable.hpp"
#include "settings_fields.hpp"

namespace inferpool {
namespace {

using namespace std::chrono_literals;

Settings parse(std::string_view text) {
  return Settings::from_json(text, "model-settings.json", "/models/digits");
}

constexpr const char* kEverything = R"({
  "name": "digits",
  "implementation": "digits.Model",
  "parallel_workers": 2,
  "parameters": {"uri": "weights.txt", "version": "1.0", "extra": {"depth": 3, "rate": 0.10},
                 "environment_path": "env"},
  "pool": {
    "worker": "digits_worker",
    "folder": "code",
    "concurrency": 3,
    "max_queue_size": 0,
    "request_timeout": "50ms",
    "cancel_grace": 0.25,
    "hang_timeout": 0,
    "startup_timeout": "1.5min",
    "drain_timeout": 2,
    "restart_backoff": {"first": "20ms", "limit": "1s", "breaker": 7},
    "retry": "always",
    "poison_memory": "1h",
    "spin": "10us",
    "start_in_background": true,
    "max_requests": 5000,
    "max_worker_rss": "2GiB",
    "max_worker_age": "12h",
    "shared_memory_limit": "64MiB",
    "max_payload": 1000000,
    "copy_outputs": true,
    "inherit_env": ["PATH", "LANG"],
    "env": {"DEVICE": "cuda:{index}", "EMPTY": ""},
    "cpu_affinity": "0-3,8",
    "rlimits": {"nofile": 256, "core": 0},
    "core_dumps": false,
    "sandbox": true,
    "threads_per_worker": 6,
    "worker_output": "capture"
  }
})";

TEST_CASE("each field of the file reaches its setting") {
  const Settings s = parse(kEverything);
  CHECK(s.name == "digits");
  CHECK(s.implementation == "digits.Model");
  CHECK(s.workers == 2);
  CHECK(s.uri == "/models/digits/weights.txt");
  CHECK(s.version == "1.0");
  CHECK(s.extra == R"({"depth":3,"rate":0.10})");
  CHECK(s.folder == "/models/digits/code");
  CHECK(s.environment_path == "/models/digits/env");
  CHECK(s.worker == "digits_worker");
  CHECK(s.concurrency == 3);
  CHECK(s.max_queue_size == 0);
  CHECK(s.request_timeout == 50ms);
  CHECK(s.cancel_grace == 250ms);
  CHECK(s.hang_timeout == 0s);
  CHECK(s.startup_timeout == 90s);
  CHECK(s.drain_timeout == 2s);
  CHECK(s.restart_backoff.first == 20ms);
  CHECK(s.restart_backoff.limit == 1s);
  CHECK(s.restart_backoff.breaker == 7);
  CHECK(s.retry == Retry::kAlways);
  CHECK(s.poison_memory == 1h);
  CHECK(s.spin == 10us);
  CHECK(s.start_in_background);
  CHECK(s.max_requests == 5000);
  CHECK(s.max_worker_rss == 2ULL << 30);
  CHECK(s.max_worker_age == 12h);
  CHECK(s.shared_memory_limit == 64U << 20);
  CHECK(s.max_payload == 1'000'000U);
  CHECK(s.copy_outputs);
  CHECK(s.env == std::map<std::string, std::string>{{"DEVICE", "cuda:{index}"}, {"EMPTY", ""}});
  CHECK(s.cpu_affinity == "0-3,8");
  CHECK(s.rlimits == std::map<std::string, std::uint64_t>{{"nofile", 256}, {"core", 0}});
  CHECK(s.inherit_env == std::vector<std::string>{"PATH", "LANG"});
  CHECK_FALSE(s.core_dumps);
  CHECK(s.sandbox);
  CHECK(s.threads_per_worker == 6);
  CHECK(s.worker_output.kind == WorkerOutput::Kind::kCapture);
}

Settings in_the_folder() {
  Settings settings;
  settings.folder = "/models/digits";
  return settings;
}

TEST_CASE("what the file does not say stays as it is by default, but its folder") {
  REQUIRE(test::fields(parse("{}")) == test::fields(in_the_folder()));
  REQUIRE(
      test::fields(parse(R"({"parameters": {}, "pool": {"restart_backoff": {}, "env": {}}})")) ==
      test::fields(in_the_folder()));
}

TEST_CASE("the host's environment is inherited whole, not at all, or by names") {
  const auto inherited = [](const std::string& text) {
    return parse("{\"pool\": {\"inherit_env\": " + text + "}}").inherit_env;
  };
  using Names = std::vector<std::string>;
  CHECK(inherited("true") == std::nullopt);
  CHECK(inherited("false") == Names{});
  CHECK(inherited("[]") == Names{});
  CHECK(inherited(R"(["PATH"])") == Names{"PATH"});
}

TEST_CASE("A2: the file decides the workers, without it the variable, without both 4") {
  const auto workers = [](std::string_view text) {
    Settings settings = parse(text);
    detail::resolve_workers(settings);
    return settings.workers.value();
  };
  {
    const test::ScopedVariable unset("MLSERVER_MODEL_PARALLEL_WORKERS", nullptr);
    REQUIRE(workers("{}") == 4);
  }
  const test::ScopedVariable set("MLSERVER_MODEL_PARALLEL_WORKERS", "2");
  REQUIRE(workers(R"({"parallel_workers": 7})") == 7);
  REQUIRE(workers(R"({"parallel_workers": 0})") == 0);
  REQUIRE(workers("{}") == 2);
}

TEST_CASE("the number of workers may be text, as MLServer has it") {
  REQUIRE(parse(R"({"parallel_workers": 4})").workers == 4);
  REQUIRE(parse(R"({"parallel_workers": "3"})").workers == 3);
  REQUIRE(parse(R"({"parallel_workers": " 2 "})").workers == 2);
}

TEST_CASE("the implementation chooses the worker where no worker is named") {
  const auto chosen = [](const std::string& implementation) {
    const Settings s = parse("{\"implementation\": \"" + implementation + "\"}");
    return std::make_pair(s.worker, s.implementation);
  };
  using Pair = std::pair<std::string, std::string>;
  REQUIRE(chosen("mlserver_xgboost.XGBoostModel") ==
          Pair("inferpool-xgboost", "mlserver_xgboost.XGBoostModel"));
  REQUIRE(chosen("models.SumModel") == Pair("inferpool-python", "models.SumModel"));
  REQUIRE(chosen("digits_worker") == Pair("digits_worker", ""));
  REQUIRE(chosen("./digits.worker") == Pair("/models/digits/digits.worker", ""));
  REQUIRE(chosen("../bin/worker") == Pair("/models/bin/worker", ""));
  REQUIRE(chosen("/opt/worker") == Pair("/opt/worker", ""));
}

TEST_CASE("a worker in the pool's own object wins over the implementation") {
  const Settings s =
      parse(R"({"pool": {"worker": "bin/my.worker"}, "implementation": "models.Sum"})");
  REQUIRE(s.worker == "/models/digits/bin/my.worker");
  REQUIRE(s.implementation == "models.Sum");
  REQUIRE(parse(R"({"pool": {"worker": "my.worker"}})").worker == "my.worker");
}

TEST_CASE("a relative uri resolves against the folder, one with a scheme stays") {
  const auto uri = [](const std::string& text) {
    return parse("{\"parameters\": {\"uri\": \"" + text + "\"}}").uri;
  };
  REQUIRE(uri("weights.txt") == "/models/digits/weights.txt");
  REQUIRE(uri("./a/weights.txt") == "/models/digits/a/weights.txt");
  REQUIRE(uri("../shared/") == "/models/shared");
  REQUIRE(uri("./") == "/models/digits");
  REQUIRE(uri("../../..") == "/");
  REQUIRE(uri("/var/weights.txt") == "/var/weights.txt");
  REQUIRE(uri("odd:name") == "/models/digits/odd:name");
  REQUIRE(uri("s3://bucket/a/../b") == "s3://bucket/a/../b");
  REQUIRE(uri("models:/digits/1") == "models:/digits/1");
  REQUIRE(uri("file:///var/weights.txt") == "/var/weights.txt");
}

TEST_CASE("in a working folder that is gone relative paths are refused, absolute ones are read",
          "[W20]") {
  namespace fs = std::filesystem;
  const fs::path before = fs::current_path();
  const fs::path gone = fs::temp_directory_path() / ("inferpool-gone-" + std::to_string(getpid()));
  fs::create_directory(gone);
  fs::current_path(gone);
  fs::remove(gone);
  std::string relative;
  std::string file;
  try {
    static_cast<void>(Settings::from_json(R"({"parameters": {"uri": "w.txt"}})", "text", ""));
  } catch (const Error& error) {
    relative = error.what();
  }
  try {
    static_cast<void>(Settings::from_file("model-settings.json"));
  } catch (const Error& error) {
    file = error.what();
  }
  const std::string absolute = parse(R"({"parameters": {"uri": "w.txt"}})").uri;
  fs::current_path(before);
  CHECK_THAT(relative, test::contains("invalid_settings: text: the path \"w.txt\" cannot be made "
                                      "absolute, since there is no working folder"));
  CHECK_THAT(file, test::contains("model-settings.json: cannot be read: No such file"));
  CHECK(absolute == "/models/digits/w.txt");
}

TEST_CASE("a relative folder makes absolute paths, too") {
  const Settings s = Settings::from_json(R"({"parameters": {"uri": "w.txt"}})", "text", "");
  REQUIRE(s.uri == (std::filesystem::current_path() / "w.txt").string());
}

}  // namespace
}  // namespace inferpool
