// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <chrono>
#include <ctime>

namespace inferpool::test {

/// True as soon as `predicate()` is true; false if it is still false after `limit`. The thread
/// sleeps for a millisecond between two looks. The default limit only bounds a test that fails.
template <typename F>
bool eventually(F predicate, std::chrono::milliseconds limit = std::chrono::seconds(30)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!predicate()) {
    if (std::chrono::steady_clock::now() >= end) return static_cast<bool>(predicate());
    const timespec pause{0, 1'000'000};
    (void)::ppoll(nullptr, 0, &pause, nullptr);
  }
  return true;
}

}  // namespace inferpool::test
