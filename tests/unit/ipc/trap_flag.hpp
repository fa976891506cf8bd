// SPDX-License-Identifier: Apache-2.0
#pragma once

// If defined: why instructions cannot be counted.
#if !defined(__x86_64__)
#define INFERPOOL_NO_STEPS "only x86-64 lets a process count its own instructions"
#elif defined(__SANITIZE_THREAD__)
#define INFERPOOL_NO_STEPS "ThreadSanitizer puts signals off"
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define INFERPOOL_NO_STEPS "ThreadSanitizer puts signals off"
#endif
#endif

#if !defined(INFERPOOL_NO_STEPS)

#include <signal.h>
#include <ucontext.h>
#include <x86intrin.h>

#include <algorithm>
#include <array>
#include <functional>
#include <utility>

namespace inferpool::test {

// While this object lives, `body` runs after each machine instruction of this thread, until it
// returns false. It uses the processor's trap flag and SIGTRAP, so `body` must be safe in a signal
// handler. Only one thread of a process may have such an object at a time.
class AfterEachInstruction {
 public:
  explicit AfterEachInstruction(std::function<bool()> body) {
    body_ = std::move(body);
    const stack_t stack{.ss_sp = stack_.data(), .ss_flags = 0, .ss_size = stack_.size()};
    sigaltstack(&stack, &stack_before_);
    struct sigaction action {};
    action.sa_sigaction = on_trap;
    action.sa_flags = SA_ONSTACK | SA_SIGINFO;
    sigaction(SIGTRAP, &action, &action_before_);
    __writeeflags(__readeflags() | kTrapFlag);
  }
  AfterEachInstruction(const AfterEachInstruction&) = delete;
  AfterEachInstruction& operator=(const AfterEachInstruction&) = delete;
  ~AfterEachInstruction() {
    __writeeflags(__readeflags() & ~kTrapFlag);
    sigaction(SIGTRAP, &action_before_, nullptr);
    sigaltstack(&stack_before_, nullptr);
  }

  // For `body`: the bytes of the next instruction.
  [[nodiscard]] static const unsigned char* next() noexcept { return next_; }

 private:
  static constexpr unsigned long long kTrapFlag = 0x100;

  static void on_trap(int, siginfo_t*, void* context) {
    auto& registers = static_cast<ucontext_t*>(context)->uc_mcontext.gregs;
    next_ = reinterpret_cast<const unsigned char*>(registers[REG_RIP]);
    if (!body_()) registers[REG_EFL] &= ~static_cast<greg_t>(kTrapFlag);
  }

  static inline std::function<bool()> body_;
  static inline const unsigned char* next_ = nullptr;
  stack_t stack_before_{};
  struct sigaction action_before_ {};
  std::array<char, 65536> stack_;
};

// The distance between the instructions of a turn at which a test cuts it off: 1, or more if that
// counted more than `budget` instructions in all. (To count an instruction takes 1 us, or 25 us if
// the kernel runs nested.)
inline long stride_for(long turn, long budget) { return std::max(1L, turn / 2 * turn / budget); }

}  // namespace inferpool::test

#endif
