// SPDX-License-Identifier: Apache-2.0
#include "ipc_overhead/shared_word.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <memory>
#include <new>
#include <system_error>

namespace bench {

SharedWords::SharedWords() {
  void* const memory = mmap(nullptr, 2 * sizeof(SharedWord), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  words_ = static_cast<SharedWord*>(memory);
  std::uninitialized_default_construct_n(words_, 2);
}

SharedWords::~SharedWords() { munmap(words_, 2 * sizeof(SharedWord)); }

}  // namespace bench
