// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "measure/instrument.hpp"

namespace bench {

// Memory of this process, in pages of the smallest size, with every page written. So a fork copies
// many page tables. The object frees it.
class HostMemory {
 public:
  // Throws std::system_error.
  explicit HostMemory(std::size_t bytes);
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  // The free bytes of the machine that the limit of this process's control group still allows.
  [[nodiscard]] static std::size_t free_bytes();

 private:
  void* data_ = nullptr;
  std::size_t bytes_;
};

// How much less memory is free after the code, in MiB; the known case takes memory.
[[nodiscard]] Instrument free_memory();

}  // namespace bench
