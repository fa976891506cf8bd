// SPDX-License-Identifier: Apache-2.0
// A host and workers without free descriptors.
#include <algorithm>
#include <chrono>
#include <optional>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/limited_host.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

// How many descriptors a pool takes, as the README says.
constexpr int kOfPool = 4;
constexpr int kOfWorker = 5;
constexpr int kWhileStarting = 4;
constexpr std::size_t kInWorker = 5;
constexpr std::uint64_t kToStartWorker = 8;

// Why the pool cannot be made; nullopt if it can.
std::optional<Error> try_start(const Settings& settings) {
  try {
    FaultyPool pool(settings);
    if (pool.infer(command(Deed::kAnswer, "", 3)).number != 3) throw std::runtime_error("wrong");
  } catch (const Error& error) {
    return error;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE(
    "However few descriptors are left, a pool starts or says which limit to raise, and leaves "
    "nothing") {
  const auto lines = limited_host("descriptors");
  int free = 0;
  int workers = 1;
  for (const std::string& line : lines) {
    CAPTURE(workers, free);
    if (line == "end") {
      ++workers;
      free = 0;
    } else if (line == "clean ok") {
      CHECK(free > kOfPool + kOfWorker * workers);
      CHECK(free <= kOfPool + kOfWorker * workers + kWhileStarting);
    } else {
      ++free;
      CHECK(line.starts_with("clean"));
      CHECK_THAT(line, contains("startup_failed: ") && contains("Too many open files") &&
                           contains("RLIMIT_NOFILE") && contains("descriptors: raise it"));
    }
  }
  CHECK(std::ranges::count(lines, "clean ok") == 2);
}

TEST_CASE("A pool has as many descriptors open as the README says") {
  const int workers = GENERATE(1, 3);
  const auto before = descriptors_of(getpid()).size();
  FaultyPool pool(faulty_settings(workers));
  const auto taken = [&] { return static_cast<int>(descriptors_of(getpid()).size() - before); };
  CHECK(eventually([&] { return taken() == kOfPool + kOfWorker * workers; }));
  CHECK(taken() == kOfPool + kOfWorker * workers);
  for (const int pid : ready_pids(pool)) CHECK(descriptors_of(pid).size() == kInWorker);
}

TEST_CASE(
    "Workers that die while no descriptor is free are replaced once there are some again, and the "
    "others serve meanwhile") {
  const auto lines = limited_host("deaths");
  REQUIRE(lines.size() >= 5 + 4);
  const auto end = lines.end() - 4;
  for (auto line = lines.begin(); line != end; ++line)
    CHECK_THAT(*line, contains("failed startup_failed: ") && contains("RLIMIT_NOFILE"));
  CHECK(end[0] == "served by the other");
  CHECK_THAT(end[1], contains("call unavailable: ") && contains("RLIMIT_NOFILE"));
  CHECK_THAT(end[2], contains("async unavailable: ") && contains("RLIMIT_NOFILE"));
  CHECK(end[3] == "again ok");
}

TEST_CASE("A worker whose own limit of descriptors is too low says so, at once") {
  Settings settings = faulty_settings(1);
  std::optional<Error> error;
  std::uint64_t most = 0;
  int told = 0;
  for (; most == 0 || (error && most < 16); ++most) {
    settings.rlimits = {{"nofile", most}};
    const Footprint before;
    const auto begun = std::chrono::steady_clock::now();
    error = try_start(settings);
    CHECK(Footprint() == before);
    CHECK(std::chrono::steady_clock::now() - begun < 20s);
    if (!error) break;
    CAPTURE(most, error->what());
    CHECK(error->code() == ErrorCode::kStartupFailed);
    // With fewer, even the dynamic loader or a sanitizer cannot report what it lacks.
    if (most < 5) continue;
    CHECK_THAT(error->what(), contains("taking the pool's 4 descriptors") && contains("rlimits") &&
                                  contains("have " + std::to_string(most) + " descriptors"));
    ++told;
  }
  CHECK_FALSE(error);
  CHECK(told > 0);
  CHECK(most <= kToStartWorker);
}
