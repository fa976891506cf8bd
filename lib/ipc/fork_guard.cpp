// SPDX-License-Identifier: Apache-2.0
#include "ipc/fork_guard.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <stdexcept>

#include "core/system_error.hpp"

namespace inferpool::ipc {
namespace {

std::size_t page_size() noexcept { return static_cast<std::size_t>(sysconf(_SC_PAGESIZE)); }

}  // namespace

ForkGuard::ForkGuard() {
  void* page =
      mmap(nullptr, page_size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw std::runtime_error(core::system_failure("mmap", errno));
  if (madvise(page, page_size(), MADV_WIPEONFORK) != 0) {
    const int error = errno;
    munmap(page, page_size());
    throw std::runtime_error(core::system_failure("madvise(MADV_WIPEONFORK)", error));
  }
  page_ = new (page) std::atomic<int>(1);
}

ForkGuard::~ForkGuard() { munmap(page_, page_size()); }

}  // namespace inferpool::ipc
