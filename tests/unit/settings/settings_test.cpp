// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "catch.hpp"
#include "scoped_variable.hpp"

namespace inferpool {
namespace {

using test::ScopedVariable;
using namespace std::chrono_literals;

constexpr const char* kVariable = "MLSERVER_MODEL_PARALLEL_WORKERS";

Settings good() {
  Settings settings;
  settings.worker = "digits_worker";
  return settings;
}

// What validate() says after the change.
std::string refusal(const std::function<void(Settings&)>& change) {
  Settings settings = good();
  change(settings);
  try {
    detail::validate(settings, "settings");
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
  return "accepted";
}

struct Bad {
  std::function<void(Settings&)> change;
  std::string said;
};

void require_refused(const std::vector<Bad>& cases) {
  for (const Bad& each : cases)
    CHECK(refusal(each.change) == "invalid_settings: settings: " + each.said);
}

std::string time_rule(const std::string& least, const std::string& most) {
  return "; accepted: text such as \"250ms\", \"2s\" or \"1.5min\", or a number of seconds, from " +
         least + " to " + most;
}

TEST_CASE("the default settings with a worker are good") {
  REQUIRE(refusal([](Settings&) {}) == "accepted");
}

TEST_CASE("B10: numbers out of their range are refused with source, field, value and range") {
  require_refused({
      {[](Settings& s) { s.workers = -1; },
       "workers is -1; accepted: a whole number from 0 to 1024"},
      {[](Settings& s) { s.workers = 1'000'000'000; },
       "workers is 1000000000; accepted: a whole number from 0 to 1024"},
      {[](Settings& s) { s.concurrency = 0; },
       "concurrency is 0; accepted: a whole number from 1 to 32"},
      {[](Settings& s) { s.concurrency = 33; },
       "concurrency is 33; accepted: a whole number from 1 to 32"},
      {[](Settings& s) { s.max_queue_size = -1; },
       "max_queue_size is -1; accepted: a whole number from 0 to 1000000"},
      {[](Settings& s) { s.max_queue_size = 1'000'001; },
       "max_queue_size is 1000001; accepted: a whole number from 0 to 1000000"},
      {[](Settings& s) { s.restart_backoff.breaker = 0; },
       "restart_backoff.breaker is 0; accepted: a whole number from 1 to 1000000"},
      {[](Settings& s) { s.max_requests = 0; },
       "max_requests is 0; accepted: a whole number from 1 to 1000000000"},
      {[](Settings& s) { s.threads_per_worker = 0; },
       "threads_per_worker is 0; accepted: a whole number from 1 to 1024"},
      {[](Settings& s) { s.threads_per_worker = 1025; },
       "threads_per_worker is 1025; accepted: a whole number from 1 to 1024"},
  });
}

TEST_CASE("B10: durations out of their range are refused with source, field, value and range") {
  const std::string any = time_rule("0s", "87600h");
  const std::string some = time_rule("1ns", "87600h");
  require_refused({
      {[](Settings& s) { s.request_timeout = -1ns; }, "request_timeout is \"-1ns\"" + any},
      {[](Settings& s) { s.request_timeout = Duration::max(); },
       "request_timeout is \"9223372036854775807ns\"" + any},
      {[](Settings& s) { s.cancel_grace = -5s; }, "cancel_grace is \"-5s\"" + any},
      {[](Settings& s) { s.hang_timeout = -1min; }, "hang_timeout is \"-1min\"" + any},
      {[](Settings& s) { s.hang_timeout = 87601h; }, "hang_timeout is \"87601h\"" + any},
      {[](Settings& s) { s.startup_timeout = 0s; }, "startup_timeout is \"0s\"" + some},
      {[](Settings& s) { s.drain_timeout = 0s; }, "drain_timeout is \"0s\"" + some},
      {[](Settings& s) { s.restart_backoff.first = 0s; }, "restart_backoff.first is \"0s\"" + some},
      {[](Settings& s) { s.restart_backoff.limit = -1s; },
       "restart_backoff.limit is \"-1s\"" + some},
      {[](Settings& s) { s.restart_backoff.limit = 9ms; },
       "restart_backoff.limit is \"9ms\"; accepted: at least restart_backoff.first, 10ms"},
      {[](Settings& s) { s.max_worker_age = 0s; }, "max_worker_age is \"0s\"" + some},
      {[](Settings& s) { s.spin = -1us; }, "spin is \"-1us\"" + time_rule("0s", "10ms")},
      {[](Settings& s) { s.spin = 11ms; }, "spin is \"11ms\"" + time_rule("0s", "10ms")},
  });
}

TEST_CASE(
    "B10: sizes of memory out of their range are refused with source, field, value and range") {
  const std::string form =
      "; accepted: a number of bytes, or text such as \"64MiB\" or \"2GiB\", from ";
  require_refused({
      {[](Settings& s) { s.shared_memory_limit = 0; },
       "shared_memory_limit is 0" + form + "1MiB to 64TiB"},
      {[](Settings& s) { s.shared_memory_limit = ~0ULL; },
       "shared_memory_limit is 18446744073709551615" + form + "1MiB to 64TiB"},
      {[](Settings& s) { s.max_worker_rss = 5; }, "max_worker_rss is 5" + form + "1MiB to 64TiB"},
      {[](Settings& s) { s.max_payload = 0; }, "max_payload is 0" + form + "1 to 64TiB"},
      {[](Settings& s) { s.shared_memory_limit = (5 << 20) - 1; },
       "shared_memory_limit is 5242879; accepted: at least 5242880 bytes: 1 MiB, and 1 MiB for "
       "each of 4 "
       "workers"},
      {[](Settings& s) {
         s.workers = 9;
         s.shared_memory_limit = 5 << 20;
       },
       "shared_memory_limit is 5242880; accepted: at least 10485760 bytes: 1 MiB, and 1 MiB for "
       "each of 9 "
       "workers"},
  });
}

TEST_CASE("B10: impossible texts, maps and choices are refused with source, field and value") {
  const std::string text = "; accepted: text, not empty and without NUL characters";
  const std::string list =
      "; accepted: a list of CPUs below 1024 such as \"0-3,8\", or \"{index}\"";
  const std::string variables =
      "; accepted: an object of texts without NUL characters, under names that are not empty and "
      "without '='; name and text together at most 131070 bytes";
  require_refused({
      {[](Settings& s) { s.worker = std::string("a\0b", 3); }, R"(worker is "a\u0000b")" + text},
      {[](Settings& s) { s.name = std::string(1, '\0'); }, R"(name is "\u0000")" + text},
      {[](Settings& s) { s.version = std::string(1, '\0'); }, R"(version is "\u0000")" + text},
      {[](Settings& s) { s.uri = std::string(1, '\0'); }, R"(uri is "\u0000")" + text},
      {[](Settings& s) { s.implementation = std::string(1, '\0'); },
       R"(implementation is "\u0000")" + text},
      {[](Settings& s) { s.extra = "{1}"; }, R"(extra is "{1}"; accepted: a JSON object)"},
      {[](Settings& s) { s.extra = "[1]"; }, R"(extra is "[1]"; accepted: a JSON object)"},
      {[](Settings& s) { s.cpu_affinity = "3-1"; }, "cpu_affinity is \"3-1\"" + list},
      {[](Settings& s) { s.cpu_affinity = "{worker}"; }, "cpu_affinity is \"{worker}\"" + list},
      {[](Settings& s) { s.env[""] = "x"; }, "env. is \"x\"" + variables},
      {[](Settings& s) { s.env["A=B"] = "x"; }, "env.A=B is \"x\"" + variables},
      {[](Settings& s) { s.env["A"] = std::string(1, '\0'); }, R"(env.A is "\u0000")" + variables},
      {[](Settings& s) { s.rlimits["files"] = 3; },
       "rlimits.files is 3; accepted: an object of whole numbers from 0 to 18446744073709551615 "
       "under the "
       "names as, core, cpu, data, fsize, memlock, nofile, nproc, stack"},
      {[](Settings& s) { s.retry = static_cast<Retry>(7); },
       "retry is 7; accepted: \"never\" or \"if_not_started\" or \"always\""},
      {[](Settings& s) { s.worker_output.kind = static_cast<WorkerOutput::Kind>(7); },
       "worker_output is 7; accepted: \"inherit\" or \"capture\""},
      {[](Settings& s) { s.worker_output.kind = WorkerOutput::Kind::kCallback; },
       "worker_output.callback is empty; accepted: a function, as worker_output.kind is kCallback"},
  });
}

TEST_CASE("a worker must be named, unless the model runs in the caller's process") {
  REQUIRE(refusal([](Settings& s) { s.worker.clear(); }) ==
          "invalid_settings: settings: worker is empty; accepted: the path or the name of a worker "
          "executable, or workers = 0");
  REQUIRE(refusal([](Settings& s) {
            s.worker.clear();
            s.workers = 0;
          }) == "accepted");
}

TEST_CASE("values at the ends of their ranges are good") {
  REQUIRE(refusal([](Settings& s) {
            s.workers = 1024;
            s.concurrency = 32;
            s.max_queue_size = 0;
            s.request_timeout = 0s;
            s.cancel_grace = 0s;
            s.hang_timeout = 87600h;
            s.startup_timeout = 1ns;
            s.drain_timeout = 1ns;
            s.restart_backoff = {1ns, 1ns, 1};
            s.spin = 10ms;
            s.max_requests = 1;
            s.max_worker_rss = 1U << 20;
            s.max_worker_age = 1ns;
            s.shared_memory_limit = 1025ULL << 20;
            s.max_payload = 1;
            s.threads_per_worker = 1024;
          }) == "accepted");
  REQUIRE(refusal([](Settings& s) {
            s.extra = R"({"a": [1, 2]})";
            s.env = {{"DEVICE", "cuda:{index}"}, {"EMPTY", ""}};
            s.cpu_affinity = "{index},8-9";
            s.rlimits = {{"nofile", 256}, {"as", ~0ULL}};
            s.worker_output = {WorkerOutput::Kind::kCallback, [](int, std::string_view) {}};
          }) == "accepted");
}

int resolved(std::optional<int> workers) {
  Settings settings;
  settings.workers = workers;
  detail::resolve_workers(settings);
  return settings.workers.value();
}

TEST_CASE("A2: the field decides the workers, without it the variable, without both 4") {
  {
    const ScopedVariable unset(kVariable, nullptr);
    REQUIRE(resolved(std::nullopt) == 4);
    REQUIRE(resolved(7) == 7);
  }
  const ScopedVariable set(kVariable, "2");
  REQUIRE(resolved(std::nullopt) == 2);
  REQUIRE(resolved(7) == 7);
  REQUIRE(resolved(0) == 0);
}

TEST_CASE("A2: one model with 2 workers and one with 0 do not disturb each other") {
  const ScopedVariable set(kVariable, "3");
  Settings a;
  Settings b;
  a.workers = 2;
  b.workers = 0;
  detail::resolve_workers(a);
  detail::resolve_workers(b);
  REQUIRE(a.workers == 2);
  REQUIRE(b.workers == 0);
}

TEST_CASE("A2: the variable counts in any case, the exact spelling first") {
  const ScopedVariable unset(kVariable, nullptr);
  const ScopedVariable lower("mlserver_model_parallel_workers", "5");
  REQUIRE(resolved(std::nullopt) == 5);
  const ScopedVariable exact(kVariable, " 6 ");
  REQUIRE(resolved(std::nullopt) == 6);
}

TEST_CASE("A2: a variable whose name only begins like it does not count") {
  const ScopedVariable unset(kVariable, nullptr);
  const ScopedVariable longer("MLSERVER_MODEL_PARALLEL_WORKERS_TIMEOUT", "9");
  const ScopedVariable shorter("MLSERVER_MODEL_PARALLEL_WORKER", "9");
  REQUIRE(resolved(std::nullopt) == 4);
}

TEST_CASE("B10: a bad variable is refused with its name, its value and what is accepted") {
  for (const char* value :
       {"", " ", "abc", "-1", "1.7", "1000000000", "99999999999", "true", "null", "3x", "1025"}) {
    const ScopedVariable set(kVariable, value);
    CHECK_THROWS_WITH(resolved(std::nullopt),
                      "invalid_settings: environment variable MLSERVER_MODEL_PARALLEL_WORKERS: "
                      "parallel_workers is \"" +
                          std::string(value) + "\"; accepted: a whole number from 0 to 1024");
    CHECK(resolved(1) == 1);  // it is not looked at where the field decides
  }
}

TEST_CASE("B10: a bad variable is named as it is spelled") {
  const ScopedVariable unset(kVariable, nullptr);
  const ScopedVariable set("Mlserver_Model_Parallel_Workers", "abc");
  REQUIRE_THROWS_WITH(resolved(std::nullopt),
                      test::contains("environment variable Mlserver_Model_Parallel_Workers: "));
}

}  // namespace
}  // namespace inferpool
