// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include "measure/instrument.hpp"

namespace bench {

// Memory of this process, every page of it written, in pages of the smallest size: a fork copies
// its page tables. Freed with the object.
class HostMemory {
 public:
  // Throws std::system_error.
  explicit HostMemory(std::size_t bytes);
  ~HostMemory();
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;

  // Bytes that the machine has free (and this process may use, as far as a limit of its control
  // group says).
  [[nodiscard]] static std::size_t free_bytes();

 private:
  void* data_ = nullptr;
  std::size_t bytes_;
};

// How much less of it is free, in MiB; in the known case memory is taken.
[[nodiscard]] Instrument free_memory();

}  // namespace bench
