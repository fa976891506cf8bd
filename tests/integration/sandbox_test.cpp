// SPDX-License-Identifier: Apache-2.0
// Workers with sandbox = true, and measures that harden other workers.
#include <sys/resource.h>
#include <unistd.h>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

Settings confined_settings(const ScratchFolder& folder, std::string extra = {}) {
  Settings settings = settings_for("confined_worker", 1);
  settings.uri = folder / "";
  settings.extra = std::move(extra);
  settings.sandbox = true;
  return settings;
}

Request try_to(const std::string& deed, const std::string& path = {}, Parameters more = {}) {
  Request request;
  request.parameters = std::move(more);
  request.parameters["deed"] = deed;
  request.parameters["path"] = path;
  request.parameters["pid"] = std::int64_t{getpid()};
  return request;
}

std::string outcome(const Response& response) {
  return std::get<std::string>(response.parameters.at("outcome"));
}

}  // namespace

TEST_CASE("A sandboxed model may write while it loads, and reads but does not write afterwards") {
  const ScratchFolder folder;
  Pool<> pool(confined_settings(folder));
  const std::string cache = folder / "cache";
  CHECK(read_file(cache) == "written by the load");
  CHECK(outcome(pool.infer(try_to("read", cache))) == "ok");
  CHECK(outcome(pool.infer(try_to("write", cache))) == "EPERM");
  CHECK(outcome(pool.infer(try_to("write", folder / "new"))) == "EPERM");
  CHECK(outcome(pool.infer(try_to("unlink", cache))) == "EPERM");
  CHECK(exists(cache));
  CHECK_FALSE(exists(folder / "new"));
}

TEST_CASE("A sandboxed model has no network, no processes, and no hold of its host") {
  const ScratchFolder folder;
  Settings settings = confined_settings(folder);
  const std::string memory = "/proc/" + std::to_string(getpid()) + "/mem";
  {
    Pool<> pool(settings);
    for (const bool aside : {false, true}) {  // by a thread that the load started
      CAPTURE(aside);
      const Parameters more = aside ? Parameters{{"aside", true}} : Parameters{};
      for (const char* deed : {"tcp", "udp", "kill", "trace", "spawn"}) {
        CAPTURE(deed);
        CHECK(outcome(pool.infer(try_to(deed, {}, more))) == "EPERM");
      }
      CHECK(outcome(pool.infer(try_to("read", memory, more))) == "EACCES");
      CHECK(outcome(pool.infer(try_to("write", folder / "new", more))) == "EPERM");
    }
  }
  // Without the sandbox the same deeds are possible.
  settings.sandbox = false;
  Pool<> pool(settings);
  for (const char* deed : {"tcp", "udp", "kill", "spawn"}) {
    CAPTURE(deed);
    CHECK(outcome(pool.infer(try_to(deed))) == "ok");
  }
  CHECK(outcome(pool.infer(try_to("write", folder / "new"))) == "ok");
}

TEST_CASE("No thread of a sandboxed model uses up what all processes of its user share", "[H13]") {
  const ScratchFolder folder;
  Settings settings = confined_settings(folder);
  {
    Pool<> pool(settings);
    for (const bool aside : {false, true}) {  // by a thread that the load started
      CAPTURE(aside);
      const Parameters more = aside ? Parameters{{"aside", true}} : Parameters{};
      for (const char* deed : {"pass", "inotify", "prioritize"}) {
        CAPTURE(deed);
        CHECK(outcome(pool.infer(try_to(deed, {}, more))) == "EPERM");
      }
    }
    // The worker's own limits leave some resources to other processes.
    const std::string limits =
        read_file("/proc/" + std::to_string(ready_pids(pool).at(0)) + "/limits");
    rlimit ours{};
    REQUIRE(::getrlimit(RLIMIT_SIGPENDING, &ours) == 0);
    const std::string lowered = std::to_string(ours.rlim_cur - ours.rlim_cur / 8);
    const auto line = limits.find("Max pending signals");
    REQUIRE(line != std::string::npos);
    CHECK(limits.substr(line + 26, lowered.size() + 1) == lowered + " ");
  }
  settings.sandbox = false;
  Pool<> pool(settings);
  for (const char* deed : {"pass", "inotify", "prioritize"}) {
    CAPTURE(deed);
    CHECK(outcome(pool.infer(try_to(deed))) == "ok");
  }
}

TEST_CASE("Each serving thread of a sandboxed model is confined, and so is its successor") {
  const ScratchFolder folder;
  Settings settings = confined_settings(folder);
  settings.concurrency = 2;
  Pool<> pool(settings);
  for (std::uint64_t round = 0; round < 2; ++round) {
    const Request request = try_to("write", folder / "new", {{"meet", true}});
    auto first = infer_aside(pool, request);
    auto second = infer_aside(pool, request);
    REQUIRE(ends(first));
    REQUIRE(ends(second));
    CHECK(outcome(first.get()) == "EPERM");
    CHECK(outcome(second.get()) == "EPERM");
    if (round == 1) break;
    REQUIRE(::kill(ready_pids(pool).at(0), SIGKILL) == 0);
    REQUIRE(ready_again(pool, 1));
  }
}

TEST_CASE("A sandboxed model answers with outputs of any size, and gets their memory back") {
  const ScratchFolder folder;
  Pool<> pool(confined_settings(folder));
  const std::int64_t most = 7 * 256 * 1024;  // a reply may have 8 MiB
  std::optional<Tensor> held;
  for (int round = 0; round < 20; ++round) {
    for (const std::int64_t count : {std::int64_t{1}, std::int64_t{10'000}, most}) {
      const Response response = pool.infer(try_to("tcp", {}, {{"count", count}}));
      REQUIRE(response["output"].values<float>().size() == static_cast<std::size_t>(count));
      REQUIRE(all_equal(response["output"].values<float>(), 7.0F));
      held = response["output"];
    }
  }
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE(
    "A model that still has a file or a socket open after its load is not sandboxed, but refused") {
  const ScratchFolder folder;
  const Footprint before;
  const Error file =
      error_of([&] { return Pool<>(confined_settings(folder, R"({"keep": "file"})")).stats(); });
  CHECK(file.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(file.what(), contains("sandbox = true, but it could not be confined") &&
                              contains(folder / "log") && contains("set sandbox = false"));
  const Error network =
      error_of([&] { return Pool<>(confined_settings(folder, R"({"keep": "socket"})")).stats(); });
  CHECK(network.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(network.what(), contains("network socket") && contains("set sandbox = false"));
  CHECK(Footprint() == before);
}

TEST_CASE("A sandbox in the caller's own process is refused as a wrong setting") {
  Settings settings = actor_settings(0);
  settings.sandbox = true;
  const Error error = error_of([&] { return Pool<Actor>(settings).stats(); });
  CHECK(error.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(error.what(), contains("sandbox is true, but workers is 0"));
}

TEST_CASE("With core_dumps = false a worker leaves none, by limit and by the kernel's mark") {
  Settings settings = settings_for("confined_worker", 1);
  {
    Pool<> pool(settings);
    CHECK(outcome(pool.infer(try_to("dumpable"))) == "1");
  }
  settings.core_dumps = false;
  Pool<> pool(settings);
  CHECK(outcome(pool.infer(try_to("dumpable"))) == "0");
  const std::string limits =
      read_file("/proc/" + std::to_string(ready_pids(pool).at(0)) + "/limits");
  const auto line = limits.find("Max core file size");
  REQUIRE(line != std::string::npos);
  CHECK(limits.substr(line + 26, 2) == "0 ");
}

TEST_CASE(
    "With inherit_env a worker has those variables of the host's environment that are named") {
  ::setenv("INFERPOOL_TEST_SECRET", "token", 1);
  ::setenv("INFERPOOL_TEST_NAMED", "named", 1);
  Settings settings = faulty_settings(1);
  settings.inherit_env = {"INFERPOOL_TEST_NAMED"};
  FaultyPool pool(settings);
  ::unsetenv("INFERPOOL_TEST_SECRET");
  ::unsetenv("INFERPOOL_TEST_NAMED");
  const auto ask = [&](const char* name) {
    return std::string(text_of(pool.infer(command(Deed::kEnvironment, name)).text));
  };
  CHECK(ask("INFERPOOL_TEST_SECRET").empty());
  CHECK(ask("INFERPOOL_TEST_NAMED") == "named");
}
