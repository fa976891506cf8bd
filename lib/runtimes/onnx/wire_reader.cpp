// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/wire_reader.hpp"

#include <fmt/format.h>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {
namespace {

enum WireType : std::uint32_t { kVarint = 0, kFixed64 = 1, kBytes = 2, kFixed32 = 5 };

constexpr std::uint64_t kMostFields = (1U << 29U) - 1;

}  // namespace

bool WireReader::next() {
  if (at_ == message_.size()) return false;
  begin_ = at_;
  const std::uint64_t tag = take_varint();
  if (tag >> 3U == 0 || tag >> 3U > kMostFields) {
    throw NetworkError(fmt::format("a field has the number {}", tag >> 3U));
  }
  field_ = static_cast<std::uint32_t>(tag >> 3U);
  type_ = static_cast<std::uint32_t>(tag & 7U);
  switch (type_) {
    case kVarint:
      number_ = take_varint();
      break;
    case kFixed64:
      bytes_ = take(8);
      break;
    case kBytes:
      bytes_ = take(take_varint());
      break;
    case kFixed32:
      bytes_ = take(4);
      break;
    default:
      throw NetworkError(fmt::format("a field has the unknown form {}", type_));
  }
  return true;
}

std::uint64_t WireReader::number() const {
  if (type_ != kVarint) throw NetworkError(fmt::format("the field {} is not a number", field_));
  return number_;
}

std::string_view WireReader::bytes() const {
  if (type_ != kBytes) throw NetworkError(fmt::format("the field {} is a number", field_));
  return bytes_;
}

std::string_view WireReader::fixed() const {
  if (type_ != kFixed32 && type_ != kFixed64) {
    throw NetworkError(fmt::format("the field {} has no fixed size", field_));
  }
  return bytes_;
}

std::uint64_t WireReader::take_number(std::string_view& packed) {
  WireReader reader(packed);
  const std::uint64_t number = reader.take_varint();
  packed.remove_prefix(reader.at_);
  return number;
}

std::string_view WireReader::whole() const noexcept {
  return message_.substr(begin_, at_ - begin_);
}

std::uint64_t WireReader::take_varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = static_cast<unsigned char>(take(1).front());
    value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
    if (byte < 0x80U) return value;
  }
  throw NetworkError("a number has more than 10 bytes");
}

std::string_view WireReader::take(std::uint64_t size) {
  const std::size_t left = message_.size() - at_;
  if (size > left) {
    throw NetworkError(
        fmt::format("a field needs {} bytes where {} are left: it is cut off", size, left));
  }
  const std::string_view taken = message_.substr(at_, size);
  at_ += size;
  return taken;
}

}  // namespace inferpool::runtimes
