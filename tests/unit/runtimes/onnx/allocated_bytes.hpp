// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <malloc.h>

#include <cstddef>

#include "memory_growth.hpp"
#include "skipped.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Declared here because g++ does not have its header.
extern "C" std::size_t __sanitizer_get_current_allocated_bytes();
#endif

namespace inferpool::test {

// The bytes that this process has from malloc and has not freed.
inline std::size_t allocated_bytes() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return __sanitizer_get_current_allocated_bytes();
#else
  const auto all = ::mallinfo2();
  return all.uordblks + all.hblkhd;
#endif
}

// Skips the test case, and says so, if allocated_bytes() does not show allocations.
inline bool skipped_without_allocated_bytes() {
  return skipped_as_blind(
      memory_growth("allocated memory", [] { return static_cast<double>(allocated_bytes()); }));
}

}  // namespace inferpool::test
