// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace inferpool::worker {

// From now on, a SIGABRT, SIGSEGV, SIGBUS, SIGFPE or SIGILL that would end the process first writes
// the stack of its thread to stderr; then the process ends as it would have without. When another
// process sent SIGABRT, as a pool does to a worker that hangs, the stacks of all StackedThreads are
// written, that of the main thread first. A signal that has a handler already, the program's or a
// sanitizer's, is left alone. To be called on the main thread.
void write_stack_at_end() noexcept;

// While it lives, the calling thread has a stack of its own for signals, where it had none, and is
// one of those whose stacks are written (of at most 64).
class StackedThread {
 public:
  StackedThread() noexcept;
  ~StackedThread();
  StackedThread(const StackedThread&) = delete;
  StackedThread& operator=(const StackedThread&) = delete;

 private:
  void* stack_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace inferpool::worker
