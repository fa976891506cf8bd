// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include "runtimes/xgboost/byte_source.hpp"
#include "runtimes/xgboost/model_events.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

struct Number {
  char marker;
  std::uint64_t bytes;
};
constexpr std::array<Number, 8> kNumbers{
    {{'i', 1}, {'U', 1}, {'C', 1}, {'I', 2}, {'l', 4}, {'L', 8}, {'d', 4}, {'D', 8}}};

template <typename T, typename Bits>
T bit_cast_to(std::uint64_t bits) {
  return std::bit_cast<T>(static_cast<Bits>(bits));
}

std::string written(char marker, std::uint64_t bits) {
  switch (marker) {
    case 'i':
      return fmt::format("{}", bit_cast_to<std::int8_t, std::uint8_t>(bits));
    case 'I':
      return fmt::format("{}", bit_cast_to<std::int16_t, std::uint16_t>(bits));
    case 'l':
      return fmt::format("{}", bit_cast_to<std::int32_t, std::uint32_t>(bits));
    case 'L':
      return fmt::format("{}", bit_cast_to<std::int64_t, std::uint64_t>(bits));
    case 'd':
      return fmt::format("{}", bit_cast_to<float, std::uint32_t>(bits));
    case 'D':
      return fmt::format("{}", bit_cast_to<double, std::uint64_t>(bits));
    default:
      return fmt::format("{}", bits);
  }
}

class UbjsonDocument {
 public:
  UbjsonDocument(ByteSource& bytes, ModelEvents& events) : bytes_(bytes), events_(events) {}

  void value(int level) { value(level, bytes_.next(), true); }

 private:
  [[noreturn]] void refuse(char found, const char* expected) const {
    throw XgboostError(fmt::format("at byte {} it has 0x{:02x} where {} is expected",
                                   bytes_.position() - 1, static_cast<unsigned char>(found),
                                   expected));
  }

  // With `told` it reports the value to the events; else it skips it.
  void value(int level, char marker, bool told) {
    if (level > kMostLevels) {
      throw XgboostError(
          fmt::format("at byte {} it is more than {} levels deep", bytes_.position(), kMostLevels));
    }
    switch (marker) {
      case '{':
        return object(level, told && events_.begin_object());
      case '[':
        return array(level, told && events_.begin_array());
      case 'S':
        return text(told);
      case 'T':
      case 'F':
      case 'Z':
        if (told) events_.scalar(marker == 'T' ? "true" : marker == 'F' ? "false" : "null");
        return;
      default:
        return number(marker, told);
    }
  }

  void number(char marker, bool told) {
    const std::uint64_t bits = number_bits(marker, "a value");
    if (told) events_.scalar(written(marker, bits));
  }

  std::uint64_t number_bits(char marker, const char* expected) {
    std::uint64_t bits = 0;
    for (std::uint64_t left = width(marker, expected); left > 0; --left)
      bits = bits << 8 | static_cast<unsigned char>(bytes_.next());
    return bits;
  }

  std::uint64_t width(char marker, const char* expected) const {
    const auto* const found = std::ranges::find(kNumbers, marker, &Number::marker);
    if (found == kNumbers.end()) refuse(marker, expected);
    return found->bytes;
  }

  std::uint64_t length() {
    const char marker = bytes_.next();
    const std::uint64_t bits = number_bits(marker, "a length");
    if (marker == 'd' || marker == 'D' || marker == 'C' || written(marker, bits).front() == '-')
      refuse(marker, "a length");
    return bits;
  }

  void text(bool told) {
    const std::uint64_t size = length();
    if (told) return events_.text(bytes_.take(size));
    bytes_.skip(size);
  }

  void object(int level, bool told) {
    while (bytes_.peek() != '}') {
      const std::string name = bytes_.take(length());
      if (told) events_.key(name);
      value(level + 1, bytes_.next(), told);
    }
    bytes_.next();
    if (told) events_.end();
  }

  void array(int level, bool told) {
    if (bytes_.peek() == '$') {
      typed_array(told);
    } else if (bytes_.peek() == '#') {
      bytes_.next();
      for (std::uint64_t left = length(); left > 0; --left) value(level + 1, bytes_.next(), told);
    } else {
      while (bytes_.peek() != ']') value(level + 1, bytes_.next(), told);
      bytes_.next();
    }
    if (told) events_.end();
  }

  // Numbers that share one marker. XGBoost writes typed arrays only of numbers.
  void typed_array(bool told) {
    bytes_.next();
    const char type = bytes_.next();
    const std::uint64_t each = width(type, "a type of numbers");
    if (const char sign = bytes_.next(); sign != '#') refuse(sign, "'#'");
    const std::uint64_t count = length();
    if (count > bytes_.size() / each) {
      throw XgboostError(
          fmt::format("at byte {} it has an array of {} numbers, more than it is long",
                      bytes_.position(), count));
    }
    if (!told) return bytes_.skip(count * each);
    for (std::uint64_t i = 0; i < count; ++i) number(type, true);
  }

  ByteSource& bytes_;
  ModelEvents& events_;
};

}  // namespace

void read_ubjson(ByteSource& bytes, ModelEvents& events) { UbjsonDocument(bytes, events).value(0); }

}  // namespace inferpool::runtimes
