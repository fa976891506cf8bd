// SPDX-License-Identifier: Apache-2.0
#include "process/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <vector>

#include "call_filters.hpp"
#include "catch.hpp"
#include "integration/debugger.hpp"
#include "integration/eventually.hpp"
#include "skipped.hpp"

namespace inferpool::process {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTouched = std::size_t{64} << 20;

Child forked(void (*run)()) {
  const pid_t pid = fork();
  if (pid == 0) {
    run();
    _exit(0);
  }
  return Child(pid);
}

ExitStatus wait_for(Child& child) {
  pollfd poll_fd{child.pidfd(), POLLIN, 0};
  REQUIRE(poll(&poll_fd, 1, 10'000) == 1);
  const auto status = child.reap();
  REQUIRE(status);
  return *status;
}

TEST_CASE("how much memory a child has of its own is known while it lives") {
  Child child = forked([] { pause(); });
  const auto memory = child.private_memory();
  REQUIRE(memory);
  CHECK(*memory > 0);
  CHECK(*memory % 1024 == 0);
  child.signal(SIGKILL);
  pollfd poll_fd{child.pidfd(), POLLIN, 0};
  REQUIRE(poll(&poll_fd, 1, 10'000) == 1);
  CHECK_FALSE(child.private_memory());
  REQUIRE(child.reap());
  CHECK_FALSE(Child().private_memory());
}

// A child that leads a process group and leaves another process behind, which sends its number.
struct Leader {
  explicit Leader(bool own_session) {
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    pid = fork();
    if (pid == 0) {
      setpgid(0, 0);
      if (fork() > 0) _exit(3);
      if (own_session) setsid();
      const pid_t self = getpid();
      if (write(ends[1], &self, sizeof(self)) != sizeof(self)) _exit(1);
      alarm(60);
      for (;;) pause();
    }
    close(ends[1]);
    REQUIRE(read(ends[0], &left, sizeof(left)) == sizeof(left));
  }
  Leader(const Leader&) = delete;
  Leader& operator=(const Leader&) = delete;
  ~Leader() { close(ends[0]); }
  // Waits for the end of what it left behind.
  [[nodiscard]] bool left_ends(int milliseconds) const {
    pollfd poll_fd{ends[0], POLLIN, 0};
    return poll(&poll_fd, 1, milliseconds) == 1;
  }

  int ends[2] = {};
  pid_t pid = 0;
  pid_t left = 0;
};

TEST_CASE("what a child leaves behind in its process group ends with it", "[W10]") {
  const Leader leader(false);
  Child child(leader.pid);
  CHECK(wait_for(child).code == 3);
  CHECK(leader.left_ends(10'000));
}

TEST_CASE("what a child leaves behind also ends if the child is known only by its number",
          "[W10]") {
  const Leader leader(false);
  test::without_calls({SYS_pidfd_open}, [&] { Child(leader.pid).end(); });
  CHECK(leader.left_ends(10'000));
}

TEST_CASE("a process that has made a session of its own is left alone") {
  const Leader leader(true);
  Child child(leader.pid);
  CHECK(wait_for(child).code == 3);
  CHECK_FALSE(leader.left_ends(100));
  CHECK(::kill(leader.left, SIGKILL) == 0);
  CHECK(leader.left_ends(10'000));
}

TEST_CASE("a child that exits reports its status, one that is killed the signal") {
  Child exits = forked([] { _exit(7); });
  CHECK(wait_for(exits).code == 7);
  Child sleeps = forked([] { pause(); });
  CHECK_FALSE(sleeps.reap());
  sleeps.signal(SIGKILL);
  const ExitStatus killed = wait_for(sleeps);
  CHECK(killed.signal == SIGKILL);
  CHECK_FALSE(killed.code);
}

TEST_CASE("what a child used is reported with its status") {
  Child child = forked([] {
    std::vector<char> touched(kTouched, 1);
    while (std::clock() < CLOCKS_PER_SEC / 5) touched[1] = touched[0];
    _exit(touched[1]);
  });
  const ExitStatus status = wait_for(child);
  CHECK(status.code == 1);
  REQUIRE(status.usage);
  CHECK(status.usage->user_time + status.usage->system_time >= 190ms);
  CHECK(status.usage->user_time + status.usage->system_time < 20s);
  CHECK(status.usage->max_resident >= kTouched);
  CHECK(status.usage->max_resident < kTouched + (std::uint64_t{4} << 30));
}

TEST_CASE("the usage is the child's own, not that of children before it") {
  Child busy = forked([] {
    while (std::clock() < CLOCKS_PER_SEC / 5) {
    }
  });
  CHECK(wait_for(busy).usage);
  Child idle = forked([] {});
  CHECK(wait_for(idle).usage->user_time < 150ms);
}

TEST_CASE("a stopped child can be killed") {
  Child child = forked([] { raise(SIGSTOP); });
  child.signal(SIGKILL);
  CHECK(wait_for(child).signal == SIGKILL);
}

TEST_CASE("a child whose status somebody else took has ended in a way that nobody knows") {
  Child child = forked([] { _exit(3); });
  int status = 0;
  REQUIRE(waitpid(child.pid(), &status, 0) == child.pid());
  const ExitStatus unknown = wait_for(child);
  CHECK_FALSE(unknown.code);
  CHECK_FALSE(unknown.signal);
  CHECK_FALSE(unknown.usage);
}

TEST_CASE("end() kills, waits and leaves no zombie, and other children are not touched") {
  Child other = forked([] { _exit(5); });
  Child child = forked([] { pause(); });
  const pid_t pid = child.pid();
  child.end();
  CHECK(kill(pid, 0) != 0);
  CHECK(wait_for(other).code == 5);
}

TEST_CASE("end() waits only for a moment for a child that has ended and cannot be reaped", "[H3]") {
  Child child = forked([] { pause(); });
  const pid_t pid = child.pid();
  const test::Debugger debugger(pid);
  if (!test::eventually([&] { return debugger.follows(); })) {
    child.end();
    return test::skip("no process may follow another here");
  }
  CHECK_FALSE(child.has_ended());
  const auto start = std::chrono::steady_clock::now();
  child.end();
  CHECK(std::chrono::steady_clock::now() - start >= kKillGrace);
  CHECK(std::chrono::steady_clock::now() - start < 4 * kKillGrace);
  CHECK(child.pidfd() == -1);
  CHECK(kill(pid, 0) == 0);  // the calling process's zombie
}

TEST_CASE("a child that is left is neither signalled nor waited for") {
  Child child = forked([] { pause(); });
  const pid_t pid = child.pid();
  child.leave();
  CHECK(child.pidfd() == -1);
  child.signal(SIGKILL);
  child.end();
  CHECK(waitpid(pid, nullptr, WNOHANG) == 0);
  REQUIRE(kill(pid, SIGKILL) == 0);
  CHECK(waitpid(pid, nullptr, 0) == pid);
}

// Like wait_for, for a child without a pidfd.
ExitStatus look_for(Child& child) {
  std::optional<ExitStatus> status;
  test::eventually([&] { return (status = child.reap()).has_value(); });
  return status.value();
}

TEST_CASE("without pidfds a child is signalled, ended and reaped by its number") {
  std::vector<ExitStatus> ends;
  std::vector<bool> early;
  if (test::skipped_without_filters()) return;
  test::without_calls({SYS_pidfd_open}, [&] {
    Child exits = forked([] { _exit(7); });
    ends.push_back(look_for(exits));
    Child sleeps = forked([] { pause(); });
    early.push_back(sleeps.pidfd() >= 0 || sleeps.reap());
    sleeps.signal(SIGKILL);
    ends.push_back(look_for(sleeps));
    Child ended = forked([] { pause(); });
    ended.end();
    early.push_back(kill(ended.pid(), 0) == 0);
    ends.push_back(ended.reap().value());
  });
  CHECK(early == std::vector{false, false});
  REQUIRE(ends.size() == 3);
  CHECK(ends[0].code == 7);
  CHECK(ends[1].signal == SIGKILL);
  CHECK_FALSE(ends[2].signal);  // nobody was told
}

TEST_CASE("without pidfds a child that somebody else reaped is known to have ended") {
  std::optional<ExitStatus> end;
  if (test::skipped_without_filters()) return;
  test::without_calls({SYS_pidfd_open}, [&] {
    Child child = forked([] { _exit(7); });
    waitpid(child.pid(), nullptr, 0);
    child.signal(SIGKILL);  // reaches nobody
    end = child.reap();
  });
  REQUIRE(end);
  CHECK_FALSE(end->code);
  CHECK_FALSE(end->signal);
}

}  // namespace
}  // namespace inferpool::process
