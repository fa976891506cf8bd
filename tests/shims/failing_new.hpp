// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::test {

// While it lives, allocations of one thread of this process fail: of the thread that has this name,
// or, without one, of the thread that made this. One at a time.
class FailingNew {
 public:
  enum class Which {
    kOne,        // the n-th one alone
    kAllOnwards  // that one and all that follow
  };
  FailingNew(const char* thread, long n, Which which) noexcept;
  FailingNew(const FailingNew&) = delete;
  FailingNew& operator=(const FailingNew&) = delete;
  ~FailingNew();

  // Whether any has failed so far.
  [[nodiscard]] bool failed() const noexcept;
};

// While it lives, no allocation of the thread that made it fails, whose own allocations are to
// fail: for assertions, which may allocate.
class SparedThread {
 public:
  SparedThread() noexcept;
  SparedThread(const SparedThread&) = delete;
  SparedThread& operator=(const SparedThread&) = delete;
  ~SparedThread();
};

}  // namespace inferpool::test
