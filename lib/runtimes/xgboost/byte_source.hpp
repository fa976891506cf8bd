// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

namespace inferpool::runtimes {

// Reads the bytes of a file in order, with only a buffer in memory. Each function throws
// XgboostError at the end of the file ("it ends after 12 bytes").
class ByteSource {
 public:
  // Throws XgboostError that says why the file cannot be opened.
  explicit ByteSource(const std::filesystem::path& file);

  [[nodiscard]] char peek();
  char next();
  // Takes `count` bytes, at most 64 KiB.
  [[nodiscard]] std::string take(std::uint64_t count);
  void skip(std::uint64_t count);

  [[nodiscard]] std::uint64_t position() const noexcept { return position_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
  [[noreturn]] void refuse_end() const;

  std::filebuf file_;
  std::uint64_t size_ = 0;
  std::uint64_t position_ = 0;
};

}  // namespace inferpool::runtimes
