// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <functional>
#include <memory>

namespace inferpool::explorer {

// A thread of a scene. It runs on its own stack until it lets another one run.
class Fiber {
 public:
  // The thread that runs already.
  Fiber() = default;
  Fiber(const Fiber&) = delete;
  Fiber& operator=(const Fiber&) = delete;

  // The next switch to it starts `body`, which never returns. Drops what it did before, without
  // running destructors.
  void begin(std::function<void()> body) {
    if (!stack_) stack_ = std::make_unique_for_overwrite<std::byte[]>(kStack);
    body_ = std::move(body);
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = kStack;
    context_.uc_link = nullptr;
    makecontext(&context_, &Fiber::enter, 0);
  }
  static void change(Fiber& from, Fiber& to) {
    starting = &to;
    swapcontext(&from.context_, &to.context_);
  }

 private:
  static constexpr std::size_t kStack = 64 * 1024;
  static void enter() { starting->body_(); }
  static inline Fiber* starting = nullptr;

  ucontext_t context_{};
  std::unique_ptr<std::byte[]> stack_;
  std::function<void()> body_;
};

}  // namespace inferpool::explorer
