// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include <inferpool/model.hpp>

namespace inferpool {
namespace test {

struct Number {
  explicit Number(std::int64_t n = 0) : value(n) {}
  virtual ~Number() = default;  // so that it is no plain struct
  std::int64_t value;
};

}  // namespace test

// A mistake that its author can make: it writes more than it reads, of negative numbers.
template <>
struct Codec<test::Number> {
  static std::string signature() { return "Number"; }
  static void encode(Encoder& encoder, const test::Number& number) {
    encoder.put(number.value);
    if (number.value < 0) encoder.put(number.value);
  }
  static test::Number decode(Decoder& decoder) {
    return test::Number(decoder.take<std::int64_t>());
  }
  static std::size_t payload(const test::Number& /*number*/) { return sizeof(std::int64_t); }
};

namespace test {

// Answers with the number below.
struct Predecessor {
  explicit Predecessor(const Settings& /*settings*/) {}
  Number predict(const Number& number) { return Number(number.value - 1); }
};

}  // namespace test
}  // namespace inferpool
