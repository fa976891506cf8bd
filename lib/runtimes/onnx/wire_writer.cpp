// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/wire_writer.hpp"

#include <array>
#include <bit>

namespace inferpool::runtimes {

void WireWriter::number(std::uint32_t field, std::int64_t value) {
  varint(std::uint64_t{field} << 3U);
  varint(static_cast<std::uint64_t>(value));
}

void WireWriter::bytes(std::uint32_t field, std::string_view value) {
  varint(std::uint64_t{field} << 3U | 2U);
  varint(value.size());
  message_.append(value);
}

void WireWriter::real(std::uint32_t field, float value) {
  varint(std::uint64_t{field} << 3U | 5U);
  const auto raw = std::bit_cast<std::array<char, sizeof value>>(value);
  message_.append(raw.data(), raw.size());
}

void WireWriter::varint(std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) message_.push_back(static_cast<char>(value | 0x80U));
  message_.push_back(static_cast<char>(value));
}

}  // namespace inferpool::runtimes
