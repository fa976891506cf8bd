// SPDX-License-Identifier: Apache-2.0
#include "process/ending_limits.hpp"

#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <initializer_list>
#include <string>
#include <utility>

#include "catch.hpp"
#include "unit/ipc/forked_child.hpp"

namespace inferpool::process {
namespace {

using namespace std::chrono_literals;
using test::contains;

// The limits of a process that has only these.
EndingLimits limits(std::initializer_list<std::pair<__rlimit_resource, rlimit>> given) {
  test::ForkedChild child([] {
    pause();
    return 0;
  });
  constexpr rlimit kNone{RLIM_INFINITY, RLIM_INFINITY};
  for (const __rlimit_resource resource :
       {RLIMIT_CPU, RLIMIT_RTTIME, RLIMIT_FSIZE, RLIMIT_AS, RLIMIT_DATA}) {
    rlimit has{};
    REQUIRE(prlimit(child.pid(), resource, nullptr, &has) == 0);
    if (has.rlim_max == RLIM_INFINITY) prlimit(child.pid(), resource, &kNone, nullptr);
  }
  for (const auto& [resource, both] : given)
    REQUIRE(prlimit(child.pid(), resource, &both, nullptr) == 0);
  return EndingLimits::of(child.pid());
}

TEST_CASE("an end by SIGXCPU names the limit of processor time, and its value") {
  const EndingLimits cpu = limits({{RLIMIT_CPU, {17, 30}}});
  CHECK_THAT(cpu.behind({.signal = SIGXCPU}),
             contains("RLIMIT_CPU (ulimit -t; for workers the setting rlimits) lets it compute for "
                      "17 s: raise it"));
  CHECK_THAT(limits({{RLIMIT_RTTIME, {5000, 5000}}}).behind({.signal = SIGXCPU}),
             contains("RLIMIT_RTTIME") && contains("5000 us"));
  CHECK(limits({}).behind({.signal = SIGXCPU}).empty());
}

TEST_CASE("a SIGKILL is explained by the hard limit of processor time only once that is used up") {
  const EndingLimits cpu = limits({{RLIMIT_CPU, {2, 2}}});
  CHECK_THAT(cpu.behind({.signal = SIGKILL,
                         .usage = ResourceUsage{.user_time = 1500ms, .system_time = 520ms}}),
             contains("RLIMIT_CPU") && contains("compute for 2 s"));
  CHECK(cpu.behind({.signal = SIGKILL, .usage = ResourceUsage{.user_time = 1200ms}}).empty());
  CHECK(cpu.behind({.signal = SIGKILL}).empty());
}

TEST_CASE("an end by SIGXFSZ names the limit of files, and its value") {
  CHECK_THAT(limits({{RLIMIT_FSIZE, {4096, 8192}}}).behind({.signal = SIGXFSZ}),
             contains("RLIMIT_FSIZE") && contains("files of 4096 bytes"));
}

TEST_CASE("an end for which nobody gives a reason names the limits that are low, and no others") {
  const EndingLimits low =
      limits({{RLIMIT_AS, {1 << 24, 1 << 24}}, {RLIMIT_STACK, {65536, 65536}}});
  for (const int signal : {SIGSEGV, SIGKILL, SIGABRT})
    CHECK_THAT(low.behind({.signal = signal}), contains("RLIMIT_AS 16777216, RLIMIT_STACK 65536"));
  CHECK_THAT(low.behind({.code = 1}), contains("RLIMIT_AS 16777216"));
  CHECK(low.behind({.code = 0}).empty());
  CHECK(low.behind({}).empty());
  CHECK(limits({}).behind({.signal = SIGSEGV}).empty());
}

TEST_CASE("a process that has ended still tells its limits, one that is gone has none") {
  test::ForkedChild child([] {
    const rlimit both{1, 1};
    setrlimit(RLIMIT_CPU, &both);
    return 0;
  });
  siginfo_t info{};
  REQUIRE(waitid(P_PID, static_cast<id_t>(child.pid()), &info, WEXITED | WNOWAIT) == 0);
  const pid_t pid = child.pid();
  CHECK_THAT(EndingLimits::of(pid).behind({.signal = SIGXCPU}), contains("for 1 s"));
  REQUIRE(child.exit_code() == 0);
  CHECK(EndingLimits::of(pid).behind({.signal = SIGXCPU}).empty());
  CHECK(EndingLimits::of(0).low().empty());
}

}  // namespace
}  // namespace inferpool::process
