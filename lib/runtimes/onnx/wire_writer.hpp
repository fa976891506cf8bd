// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace inferpool::runtimes {

// Writes one protobuf message, field by field.
class WireWriter {
 public:
  void number(std::uint32_t field, std::int64_t value);
  void bytes(std::uint32_t field, std::string_view value);
  void real(std::uint32_t field, float value);

  [[nodiscard]] const std::string& message() const noexcept { return message_; }

 private:
  void varint(std::uint64_t value);

  std::string message_ = {};
};

}  // namespace inferpool::runtimes
