// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

namespace inferpool::test {

// A forked child that can be let run instruction by instruction between two calls of stop() in its body.
class SteppedChild {
 public:
  // Returns when the body has called stop() for the first time.
  template <typename Body>
  explicit SteppedChild(Body body) : pid_(fork()) {
    if (pid_ == 0) {
      if (ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) != 0) _exit(1);
      body();
      _exit(0);
    }
    wait();
  }
  SteppedChild(const SteppedChild&) = delete;
  SteppedChild& operator=(const SteppedChild&) = delete;
  ~SteppedChild() { kill(); }

  static void stop() { raise(SIGSTOP); }

  // Whether this system lets us trace it.
  [[nodiscard]] bool traced() const noexcept { return WIFSTOPPED(status_); }

  // Runs so many instructions. False: it came to its second stop before.
  bool step(long count) {
    for (long i = 0; i < count; ++i) {
      ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr);
      wait();
      if (!WIFSTOPPED(status_) || WSTOPSIG(status_) != SIGTRAP) return false;
    }
    return true;
  }

  // Returns when it is gone.
  void kill() {
    if (pid_ < 0) return;
    ::kill(pid_, SIGKILL);
    wait();
    pid_ = -1;
  }

 private:
  void wait() { waitpid(pid_, &status_, 0); }

  pid_t pid_;
  int status_ = 0;
};

// While it lives, this thread and the children that it forks run on one processor: a step then costs no wake-up of
// another one.
class OneProcessor {
 public:
  OneProcessor() {
    sched_getaffinity(0, sizeof(before_), &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(static_cast<std::size_t>(sched_getcpu()), &one);
    sched_setaffinity(0, sizeof(one), &one);
  }
  OneProcessor(const OneProcessor&) = delete;
  OneProcessor& operator=(const OneProcessor&) = delete;
  ~OneProcessor() { leave(); }

  // For a thread that was started meanwhile: it runs anywhere.
  void leave() const { sched_setaffinity(0, sizeof(before_), &before_); }

 private:
  cpu_set_t before_;
};

}  // namespace inferpool::test
