// SPDX-License-Identifier: Apache-2.0
// Each limit of getrlimit, too low in the host and in a worker, before and during a pool's life.
#include <sys/resource.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <sstream>

#include "catch.hpp"
#include "hosts/each_limit.hpp"
#include "integration/actor_calls.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/limited_host.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

struct Step {
  std::string value;
  std::string how;
};

// What each_limit_host printed, by step. Throws if a signal ended it.
std::map<std::string, Step> steps_under(const LowLimit& limit) {
  std::map<std::string, Step> steps;
  for (const std::string& line : limited_host(std::string(limit.name), "each_limit_host")) {
    std::istringstream in(line);
    std::string name;
    Step step;
    in >> name >> step.value >> std::ws;
    std::getline(in, step.how);
    steps[name] = step;
  }
  return steps;
}

void check_effect(const LowLimit& limit, const Step& step, const std::string& code) {
  INFO(step.how);
  if (limit.effect == Effect::kNone || (limit.effect == Effect::kMaybe && step.how == "ok")) {
    CHECK(step.how == "ok");
    return;
  }
  if (limit.effect == Effect::kStart) CHECK_THAT(step.how, contains(code));
  CHECK_THAT(step.how, contains(std::string(limit.name)) && contains(step.value));
}

// Sets a soft limit of another process.
void set_limit(int pid, const LowLimit& limit, rlim_t value) {
  rlimit both{};
  REQUIRE(::prlimit(pid, limit.resource, nullptr, &both) == 0);
  both.rlim_cur = std::min(value, both.rlim_max);
  REQUIRE(::prlimit(pid, limit.resource, &both, nullptr) == 0);
}

}  // namespace

TEST_CASE(
    "Whichever limit of the host is too low, no signal ends it: a pool starts or says which limit, "
    "and works once that is raised") {
  for (const LowLimit& limit : kEachLimit) {
    CAPTURE(limit.name);
    auto steps = steps_under(limit);
    check_effect(limit, steps["before"], "startup_failed: ");
    CHECK(steps["raised"].how == "ok");
    CHECK(steps["live"].how == "ok");
    check_effect(limit, steps["restart"], "startup_failed: ");
    CHECK(steps["again"].how == "ok");
  }
}

TEST_CASE(
    "Whichever limit of a worker becomes too low, its call is answered or its error names the "
    "limit, and the next is answered") {
  for (const LowLimit& limit : kEachLimit) {
    CAPTURE(limit.name);
    Settings settings = faulty_settings(1);
    settings.retry = Retry::kNever;  // the limit may end it before it starts the request
    FaultyPool pool(settings);
    const bool of_memory = limit.resource == RLIMIT_AS || limit.resource == RLIMIT_DATA;
    const rlim_t low = limit.resource == RLIMIT_CPU ? 1 : of_memory ? 1 << 20 : limit.low;
    set_limit(ready_pids(pool).at(0), limit, low);
    const Command demanding = limit.resource == RLIMIT_CPU
                                  ? command(Deed::kSpinForever)
                                  : command(Deed::kLeak, {}, of_memory ? 64 << 20 : 1024);
    const auto result = pool.try_infer(demanding, {.timeout = 30s});
    if (of_memory || limit.resource == RLIMIT_CPU) REQUIRE_FALSE(result);
    if (!result) {
      INFO(result.error().what());
      CHECK((result.error().code() == ErrorCode::kWorkerLost ||
             result.error().code() == ErrorCode::kModelFailed));
      CHECK_THAT(result.error().what(),
                 contains(std::string(limit.name)) && contains(std::to_string(low)));
    }
    if (pool.health().live > 0) {
      const auto pids = ready_pids(pool);
      if (!pids.empty()) set_limit(pids[0], limit, RLIM_INFINITY);
    }
    CHECK(pool.infer(command(Deed::kAnswer, "", 4), {.timeout = 30s}).number == 4);
  }
}

TEST_CASE(
    "A worker that has used up the processor time of its rlimits is reported with that limit") {
  Settings settings = faulty_settings(1);
  settings.rlimits = {{"cpu", 2}};
  FaultyPool pool(settings);
  const Error error = error_of(pool.try_infer(command(Deed::kSpinForever), {.timeout = 60s}));
  INFO(error.what());
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK_THAT(error.what(), contains("RLIMIT_CPU") && contains("lets it compute for 2 s"));
  CHECK(pool.infer(command(Deed::kAnswer, "", 4), {.timeout = 30s}).number == 4);
}

TEST_CASE("A worker whose limits leave too little memory to start is reported with them") {
  for (const char* name : {"as", "data", "stack"}) {
    CAPTURE(name);
    Settings settings = faulty_settings(1);
    settings.rlimits = {{name, 16 * 1024}};
    const Error error =
        error_of([&] { FaultyPool(settings).infer(command(Deed::kAnswer), {.timeout = 30s}); });
    INFO(error.what());
    CHECK(error.code() == ErrorCode::kStartupFailed);
    std::string upper = name;
    std::ranges::transform(upper, upper.begin(), ::toupper);
    CHECK_THAT(error.what(), contains("RLIMIT_" + upper) && contains("16384"));
  }
}
