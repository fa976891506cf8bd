// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <memory>

#include "skipped.hpp"
#include "without_calls.hpp"

namespace inferpool::test {

// Skips the test case and says so where a process cannot have its own system calls refused: a
// filter cannot be set here, or nothing heeds it.
inline bool skipped_without_filters() {
  const auto refused = std::make_shared<double>(0);
  const bench::Instrument filters(
      "filters of system calls",
      [refused](const bench::Instrument::Code& code) {
        *refused = 0;
        without_calls({SYS_getppid}, code);
        return *refused;
      },
      {[refused] { *refused += syscall(SYS_getppid) == -1 && errno == ENOSYS ? 1 : 0; }, 1, 1});
  return skipped_as_blind(filters);
}

}  // namespace inferpool::test
