// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace inferpool::runtimes {

// The fields of one protobuf message, in order, as views of its bytes: no schema, no copy, no
// recursion. Members throw NetworkError if the bytes are not such a message.
class WireReader {
 public:
  // The bytes outlive the reader and its views.
  explicit WireReader(std::string_view message) noexcept : message_(message) {}

  // Goes to the next field; false after the last.
  bool next();

  [[nodiscard]] std::uint32_t field() const noexcept { return field_; }
  // Whether its value is a text, a message or packed numbers.
  [[nodiscard]] bool is_bytes() const noexcept { return type_ == 2; }
  // The value of a field that is a number; an int64 as its two's complement.
  [[nodiscard]] std::uint64_t number() const;
  // The value of a field that is a text or a message.
  [[nodiscard]] std::string_view bytes() const;
  // The value of a field of 4 or 8 bytes, as a float.
  [[nodiscard]] std::string_view fixed() const;
  // The bytes of the field, with its tag.
  [[nodiscard]] std::string_view whole() const noexcept;

  // Takes the first number of a packed field.
  static std::uint64_t take_number(std::string_view& packed);

 private:
  std::uint64_t take_varint();
  std::string_view take(std::uint64_t size);

  std::string_view message_;
  std::size_t begin_ = 0;  // of the field
  std::size_t at_ = 0;     // after the field
  std::uint32_t field_ = 0;
  std::uint32_t type_ = 0;
  std::uint64_t number_ = 0;
  std::string_view bytes_ = {};
};

}  // namespace inferpool::runtimes
