// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace inferpool::worker {

// From now on, when SIGABRT, SIGSEGV, SIGBUS, SIGFPE or SIGILL would end the process, the thread
// that gets it first writes its stack to stderr. Then the process ends as it would have anyway. If
// another process sent SIGABRT, as a pool does to a worker that hangs, all StackedThreads write
// their stacks, the main thread first. A signal that already has a handler, of the program or a
// sanitizer, is left alone. Call it on the main thread.
void write_stack_at_end() noexcept;

// While it lives, the calling thread has an alternate stack for signals, and its own stack is one
// of those that are written (at most 64).
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
