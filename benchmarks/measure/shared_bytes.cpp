// SPDX-License-Identifier: Apache-2.0
#include "measure/shared_bytes.hpp"

#include <sys/mman.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace bench {

SharedBytes::SharedBytes(std::size_t size) : size_(size) {
  void* const memory =
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
  data_ = static_cast<char*>(std::memset(memory, 1, size));
}

SharedBytes::~SharedBytes() { munmap(data_, size_); }

}  // namespace bench
