// SPDX-License-Identifier: Apache-2.0
#include "worker/last_stack.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <string>

#include "catch.hpp"

namespace inferpool::worker {
namespace {

using test::contains;

struct End {
  int status = 0;
  std::string stderr_text = {};
};

// Runs `body` in a child that has no handlers but those of write_stack_at_end.
End in_child(void (*body)()) {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    alarm(20);
    // No alternate stack of a sanitizer or of the test framework.
    const stack_t none{.ss_sp = nullptr, .ss_flags = SS_DISABLE, .ss_size = 0};
    sigaltstack(&none, nullptr);
    for (const int number : {SIGABRT, SIGSEGV, SIGBUS, SIGFPE, SIGILL}) signal(number, SIG_DFL);
    body();
    _exit(0);
  }
  close(ends[1]);
  End end;
  std::array<char, 4096> buffer;
  for (ssize_t size = 0; (size = read(ends[0], buffer.data(), buffer.size())) > 0;)
    end.stderr_text.append(buffer.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  REQUIRE(waitpid(child, &end.status, 0) == child);
  return end;
}

int ended_by(const End& end) { return WIFSIGNALED(end.status) ? WTERMSIG(end.status) : 0; }

void with_stack() {
  write_stack_at_end();
  static const StackedThread thread;
}

TEST_CASE("a signal that ends the process does so unchanged, after the stack was written") {
  const End aborted = in_child([] {
    with_stack();
    std::abort();
  });
  CHECK(ended_by(aborted) == SIGABRT);
  CHECK_THAT(aborted.stderr_text, contains("at SIGABRT\n  #0 ") && contains("libc"));
  const End sent = in_child([] {
    with_stack();
    kill(getpid(), SIGFPE);
  });
  CHECK(ended_by(sent) == SIGFPE);
  CHECK_THAT(sent.stderr_text, contains("at SIGFPE\n  #0 "));
}

__attribute__((noinline, no_sanitize("address", "undefined"))) int read_nowhere() {
  volatile int* volatile nowhere = nullptr;
  return *nowhere;
}

TEST_CASE("a fault ends the process by its own signal, after the stack was written") {
  const End end = in_child([] {
    with_stack();
    read_nowhere();
  });
  CHECK(ended_by(end) == SIGSEGV);
  CHECK_THAT(end.stderr_text, contains("at SIGSEGV\n  #0 ") && contains("unit_tests+0x"));
}

// NOLINTNEXTLINE(misc-no-recursion)
__attribute__((noinline, no_sanitize("address", "undefined"))) int recurse(int depth) {
  std::array<char, 4096> frame;
  volatile char* const used = frame.data();
  used[depth % 4096] = 1;
  return depth < 0 ? 0 : recurse(depth + 1) + used[0];
}

TEST_CASE("a thread that has used up its stack can still write it") {
  const End end = in_child([] {
    with_stack();
    recurse(0);
  });
  CHECK(ended_by(end) == SIGSEGV);
  CHECK_THAT(end.stderr_text, contains("at SIGSEGV\n  #0 "));
  CHECK(end.stderr_text.size() < 4096);
}

TEST_CASE("a handler of the program's own is left alone") {
  const End end = in_child([] {
    signal(SIGABRT, [](int) { _exit(7); });
    with_stack();
    raise(SIGABRT);
  });
  CHECK(WIFEXITED(end.status));
  CHECK(WEXITSTATUS(end.status) == 7);
  CHECK(end.stderr_text.empty());
}

}  // namespace
}  // namespace inferpool::worker
