// SPDX-License-Identifier: Apache-2.0
#include "shims/failing_new.hpp"

#include <malloc.h>
#include <sys/prctl.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <new>

namespace {

std::atomic<const char*> victim{nullptr};  // null: nothing fails
std::atomic<long> left{0};                 // allocations until the first that fails
std::atomic<bool> all_onwards{false};
std::atomic<bool> any_failed{false};
thread_local bool chosen = false;  // whether this thread is the victim, if the victim has no name

bool is_victim(const char* name) noexcept {
  if (*name == '\0') return chosen;
  std::array<char, 16> own{};
  prctl(PR_GET_NAME, own.data());
  return std::strcmp(own.data(), name) == 0;
}

bool fails() noexcept {
  const char* const name = victim.load();
  if (name == nullptr || !is_victim(name)) return false;
  const long before = left.fetch_sub(1);
  const bool now = before == 1 || (before < 1 && all_onwards.load());
  if (now) any_failed.store(true);
  return now;
}

void* allocate(std::size_t size) noexcept { return fails() ? nullptr : std::malloc(size); }

void* allocate_or_throw(std::size_t size) {
  if (void* const memory = allocate(size)) return memory;
  throw std::bad_alloc();
}

// Overwrites the memory, so that a use after free is noticed even without a sanitizer.
void give_back(void* memory) noexcept {
  if (memory == nullptr) return;
  std::memset(memory, 0xdd, malloc_usable_size(memory));
  asm volatile("" : : "r"(memory) : "memory");  // keeps the compiler from dropping the memset
  std::free(memory);
}

}  // namespace

namespace inferpool::test {

FailingNew::FailingNew(const char* thread, long n, Which which) noexcept {
  chosen = true;
  any_failed.store(false);
  all_onwards.store(which == Which::kAllOnwards);
  left.store(n);
  victim.store(thread);
}

FailingNew::~FailingNew() {
  victim.store(nullptr);
  chosen = false;
}

bool FailingNew::failed() const noexcept { return any_failed.load(); }

SparedThread::SparedThread() noexcept { chosen = false; }

SparedThread::~SparedThread() { chosen = true; }

}  // namespace inferpool::test

void* operator new(std::size_t size) { return allocate_or_throw(size); }
void* operator new[](std::size_t size) { return allocate_or_throw(size); }
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return allocate(size);
}
void* operator new[](std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  return allocate(size);
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  const auto align = static_cast<std::size_t>(alignment);
  void* const memory =
      fails() ? nullptr : std::aligned_alloc(align, (size + align - 1) / align * align);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete[](void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete[](void* memory, std::size_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { give_back(memory); }
