// SPDX-License-Identifier: Apache-2.0
// Which settings a pool refuses. Values in a file: settings_refusal_test.cpp.
#include <filesystem>
#include <functional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "unit/settings/scoped_variable.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

struct Bad {
  std::string field;
  std::string value;  // as the error writes it
  std::function<void(Settings&)> set;
};

const std::vector<Bad>& bad_values() {
  static const std::vector<Bad> kBad = {
      {"workers", "-1", [](Settings& s) { s.workers = -1; }},
      {"workers", "1000000000", [](Settings& s) { s.workers = 1'000'000'000; }},
      {"concurrency", "0", [](Settings& s) { s.concurrency = 0; }},
      {"concurrency", "33", [](Settings& s) { s.concurrency = 33; }},
      {"max_queue_size", "-1", [](Settings& s) { s.max_queue_size = -1; }},
      {"request_timeout", "-1ms", [](Settings& s) { s.request_timeout = -1ms; }},
      {"cancel_grace", "-1ms", [](Settings& s) { s.cancel_grace = -1ms; }},
      {"hang_timeout", "-1s", [](Settings& s) { s.hang_timeout = -1s; }},
      {"poison_memory", "-1s", [](Settings& s) { s.poison_memory = -1s; }},
      {"startup_timeout", "0", [](Settings& s) { s.startup_timeout = 0s; }},
      {"drain_timeout", "0", [](Settings& s) { s.drain_timeout = 0s; }},
      {"restart_backoff.first", "0", [](Settings& s) { s.restart_backoff.first = 0s; }},
      {"restart_backoff.limit", "1ms", [](Settings& s) { s.restart_backoff.limit = 1ms; }},
      {"restart_backoff.breaker", "0", [](Settings& s) { s.restart_backoff.breaker = 0; }},
      {"max_requests", "0", [](Settings& s) { s.max_requests = 0; }},
      {"max_worker_rss", "5", [](Settings& s) { s.max_worker_rss = 5; }},
      {"max_worker_age", "-1s", [](Settings& s) { s.max_worker_age = -1s; }},
      {"spin", "1s", [](Settings& s) { s.spin = 1s; }},
      {"shared_memory_limit", "5", [](Settings& s) { s.shared_memory_limit = 5; }},
      {"max_payload", "0", [](Settings& s) { s.max_payload = 0; }},
      {"max_payload", "67108864", [](Settings& s) { s.max_payload = 64 * kMiB; }},
      {"cpu_affinity", "abc", [](Settings& s) { s.cpu_affinity = "abc"; }},
      {"rlimits.cores", "5", [](Settings& s) { s.rlimits["cores"] = 5; }},
      {"env.A=B", "C", [](Settings& s) { s.env["A=B"] = "C"; }},
      {"threads_per_worker", "0", [](Settings& s) { s.threads_per_worker = 0; }},
      {"retry", "9", [](Settings& s) { s.retry = static_cast<Retry>(9); }},
      {"extra", "not JSON", [](Settings& s) { s.extra = "not JSON"; }},
  };
  return kBad;
}

TEST_CASE(
    "B10: a pool refuses each bad value and names source, field, value and what is accepted") {
  const int workers = GENERATE(0, 2);
  const Footprint before;
  for (const Bad& bad : bad_values()) {
    Settings settings = actor_settings(workers);
    bad.set(settings);
    INFO(bad.field << " = " << bad.value);
    const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    CHECK_THAT(error.what(), contains("ettings: "));
    CHECK_THAT(error.what(), contains(bad.field + " is "));
    CHECK_THAT(error.what(), contains(bad.value));
    CHECK_THAT(error.what(), contains("accepted: "));
  }
  CHECK(Footprint() == before);
}

TEST_CASE("B10: a pool refuses a bad variable and names it, the value and what is accepted") {
  const std::string value = GENERATE("-1", "1.7", "abc", "", "null", "1000000000");
  const ScopedVariable variable("MLSERVER_MODEL_PARALLEL_WORKERS", value.c_str());
  Settings settings = actor_settings(1);
  settings.workers.reset();
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("MLSERVER_MODEL_PARALLEL_WORKERS"));
  CHECK_THAT(error.what(), contains("\"" + value + "\""));
  CHECK_THAT(error.what(), contains("accepted: "));
  settings.workers = 0;  // a value set in code takes precedence
  CHECK_NOTHROW(Pool<Actor>(settings));
}

TEST_CASE("B10: a directory as worker is refused with source, field and value") {
  const ScratchFolder folder;
  const Error error = error_of([&] { return Pool<Echo>(settings_for(folder / "", 2)).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(),
             contains("Settings: worker is \"" + (folder / "") + "\", a directory; accepted: "));
}

TEST_CASE("B10: a worker that is not a program is refused with its path and the setting") {
  const ScratchFolder folder;
  write_file(folder / "text", "no program");
  const std::vector<std::string> workers = {folder / "missing", folder / "text", "no_such_worker"};
  const Footprint before;
  for (const std::string& worker : workers) {
    const Error error = error_of([&] { return Pool<Echo>(settings_for(worker, 2)).stats(); });
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK_THAT(error.what(), contains(worker));
    CHECK_THAT(error.what(), contains("`worker`"));
  }
  CHECK(Footprint() == before);
}

TEST_CASE("a pool without a worker named is refused") {
  const Error error = error_of([&] { return Pool<Echo>(settings_for("", 1)).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("worker is empty; accepted: "));
  CHECK_NOTHROW(Pool<Echo>(settings_for("", 0)));
}

TEST_CASE("shared memory that is too little for so many workers is refused") {
  Settings settings = actor_settings(2);
  settings.shared_memory_limit = kMiB;
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("shared_memory_limit is 1048576; accepted: "));
}

TEST_CASE("a pool tells its settings with every default resolved") {
  const int workers = GENERATE(0, 2);
  Settings settings = actor_settings(workers);
  settings.name = "digits";
  const Pool<Actor> pool(settings);
  CHECK(pool.settings().name == "digits");
  CHECK(pool.settings().workers == workers);
  CHECK(pool.settings().shared_memory_limit == 64 * kMiB);
  // A quarter of the half that is for replies, divided among the workers.
  CHECK(pool.settings().max_payload ==
        64 * kMiB / 2 / std::max<unsigned>(static_cast<unsigned>(workers), 1) / 4);
}

TEST_CASE("a worker may be named by its absolute path") {
  const std::string path =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "actor_worker";
  Pool<Actor> pool(settings_for(path, 1));
  CHECK_NOTHROW(pool.infer(act("echo")));
}

TEST_CASE("settings of any bytes that a pool accepts reach its workers as they are", "[H12]") {
  Settings settings = actor_settings(2);
  settings.name = "caf\xe9";
  settings.version = "\xff\n";
  settings.folder = "models/../caf\xe9";
  settings.implementation = "a b";
  settings.env["\xe9t\xe9"] = "/home/andr\xe9";
  for (int i = 0; i < 64; ++i) settings.extra += "{\"a\" : ";
  settings.extra += "1e3" + std::string(64, '}');
  Pool<Actor> pool(settings);
  const Response seen = pool.infer(act("settings", {{"variable", "\xe9t\xe9"}}));
  CHECK(std::get<std::string>(seen.parameters.at("settings")) == settings::pack(pool.settings()));
  CHECK(std::get<std::string>(seen.parameters.at("value")) == "/home/andr\xe9");
  CHECK(seen.model_name == "caf\xe9");
}

TEST_CASE("an entry of env that is longer than the kernel takes is refused by its name", "[H12]") {
  Settings settings = actor_settings(1);
  // With "LONG=" and the NUL this is the longest allowed.
  settings.env["LONG"] = std::string(128 * 1024 - 6, 'x');
  CHECK_NOTHROW(Pool<Actor>(settings));
  settings.env["LONG"] += 'x';
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("env.LONG is \"xxx") && contains("131070 bytes"));
}

TEST_CASE("processors that are impossible only for some worker's index are refused", "[H12]") {
  Settings settings = actor_settings(12);
  settings.cpu_affinity = "102{index}";
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("cpu_affinity is \"1024\" for worker 4 (it is \"102{index}\""));
}

TEST_CASE("a model that is known only by its types cannot run in the host") {
  const Error error = error_of([] { return Pool<>(actor_settings(0)).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("workers is 0"));
  CHECK_THAT(error.what(), contains("accepted: 1 to"));
}

}  // namespace
}  // namespace inferpool::test
