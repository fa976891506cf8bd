// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <signal.h>
#include <x86intrin.h>

#include <array>
#include <functional>
#include <utility>

namespace inferpool::test {

// While it lives, `body` runs after each machine instruction of this thread, by the processor's trap flag and
// SIGTRAP: it must be safe in a signal handler. For one thread of a process at a time.
class AfterEachInstruction {
 public:
  explicit AfterEachInstruction(std::function<void()> body) {
    body_ = std::move(body);
    const stack_t stack{.ss_sp = stack_.data(), .ss_flags = 0, .ss_size = stack_.size()};
    sigaltstack(&stack, nullptr);
    struct sigaction action {};
    action.sa_handler = [](int) { body_(); };
    action.sa_flags = SA_ONSTACK;
    sigaction(SIGTRAP, &action, nullptr);
    __writeeflags(__readeflags() | kTrapFlag);
  }
  AfterEachInstruction(const AfterEachInstruction&) = delete;
  AfterEachInstruction& operator=(const AfterEachInstruction&) = delete;
  ~AfterEachInstruction() { __writeeflags(__readeflags() & ~kTrapFlag); }

 private:
  static constexpr unsigned long long kTrapFlag = 0x100;
  static inline std::function<void()> body_;
  std::array<char, 65536> stack_;
};

}  // namespace inferpool::test
