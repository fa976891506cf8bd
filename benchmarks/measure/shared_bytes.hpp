// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bench {

// Memory that forked processes share, each page touched. Throws std::system_error.
class SharedBytes {
 public:
  explicit SharedBytes(std::size_t size);
  ~SharedBytes();
  SharedBytes(const SharedBytes&) = delete;
  SharedBytes& operator=(const SharedBytes&) = delete;

  [[nodiscard]] char* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  char* data_;
  std::size_t size_;
};

}  // namespace bench
