// SPDX-License-Identifier: Apache-2.0
#include "worker/shared_limits.hpp"

#include <signal.h>
#include <sys/resource.h>

#include <string>

#include "catch.hpp"
#include "unit/worker/confined_child.hpp"

namespace inferpool::worker {
namespace {

using namespace inferpool::test;

// "soft hard" of this process, or what it could not set.
std::string limits(__rlimit_resource resource) {
  rlimit both{};
  getrlimit(resource, &both);
  return std::to_string(both.rlim_cur) + " " + std::to_string(both.rlim_max);
}

void set_soft(__rlimit_resource resource, rlim_t limit) {
  rlimit both{};
  getrlimit(resource, &both);
  both.rlim_cur = limit;
  if (setrlimit(resource, &both) != 0) throw std::runtime_error("setrlimit");
}

TEST_CASE("an eighth of processes and pending signals is left to others, for good", "[H13]") {
  for (const __rlimit_resource resource : {RLIMIT_NPROC, RLIMIT_SIGPENDING}) {
    CAPTURE(resource);
    CHECK(told_by_child([&] {
            set_soft(resource, 800);
            lower_shared_limits();
            return limits(resource);
          }) == "700 700");
  }
}

TEST_CASE("a process opens a few hundred descriptors more, and then is told that it has too many",
          "[H13]") {
  CHECK(told_by_child([] {
          set_soft(RLIMIT_NOFILE, 1000);
          lower_shared_limits();
          int opened = 0;
          while (open("/dev/null", O_RDONLY | O_CLOEXEC) >= 0) ++opened;
          const std::string how = strerrorname_np(errno);
          return how + (opened >= kMoreDescriptors && opened < kMoreDescriptors + 8
                            ? ""
                            : " after " + std::to_string(opened));
        }) == "EMFILE");
}

TEST_CASE("a limit of descriptors that is lower stays as it is", "[H13]") {
  CHECK(told_by_child([] {
          set_soft(RLIMIT_NOFILE, 40);
          lower_shared_limits();
          return limits(RLIMIT_NOFILE);
        }) == "40 40");
}

// The count is for the user, whatever the process.
TEST_CASE("one process that queues all signals that it may leaves some to its user's others",
          "[H13]") {
  CHECK(told_by_child([] {
          set_soft(RLIMIT_SIGPENDING, 400);
          std::array<int, 2> ends{};
          if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::string("no pipe");
          sigset_t queued;
          sigemptyset(&queued);
          sigaddset(&queued, SIGRTMIN);
          sigprocmask(SIG_BLOCK, &queued, nullptr);
          ForkedChild hostile([&] {
            lower_shared_limits();
            while (sigqueue(getpid(), SIGRTMIN, {}) == 0) {
            }
            const int error = errno;
            (void)!write(ends[1], "x", 1);
            pause();
            return error;
          });
          char full = 0;
          if (read(ends[0], &full, 1) != 1) return std::string("nothing told");
          return outcome(sigqueue(getpid(), SIGRTMIN, {}));
        }) == "ok");
}

}  // namespace
}  // namespace inferpool::worker
