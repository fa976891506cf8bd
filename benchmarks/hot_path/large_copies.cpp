// SPDX-License-Identifier: Apache-2.0
#include "hot_path/large_copies.hpp"

namespace {

thread_local std::uint64_t copied = 0;

}  // namespace

namespace bench {

std::uint64_t large_copies() noexcept { return copied; }

}  // namespace bench

// The linker prescribes these names.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" {
void* __real_memcpy(void* to, const void* from, std::size_t size);
void* __real_memmove(void* to, const void* from, std::size_t size);
void* __wrap_memcpy(void* to, const void* from, std::size_t size);
void* __wrap_memmove(void* to, const void* from, std::size_t size);

void* __wrap_memcpy(void* to, const void* from, std::size_t size) {
  if (size >= bench::kLargeCopy) ++copied;
  return __real_memcpy(to, from, size);
}
void* __wrap_memmove(void* to, const void* from, std::size_t size) {
  if (size >= bench::kLargeCopy) ++copied;
  return __real_memmove(to, from, size);
}
}
// NOLINTEND(bugprone-reserved-identifier)
