// SPDX-License-Identifier: Apache-2.0
// Strings, vectors, and types with a codec of their own.
#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/codec.hpp>

#include "catch.hpp"
#include "samples.hpp"

namespace inferpool {
namespace test {
namespace {

// Has two strings, a tensor and a vector. Its mark is one of two.
struct Caption {
  std::string title;
  std::string text;
  Tensor image;
  std::vector<Point> points;
  char mark = '-';
};

// A plain struct whose bytes mean nothing in another process.
struct Borrowed {
  const char* text = nullptr;
};

// Counts how many are made, as none may be made in vain.
struct Counted {
  Counted() noexcept { ++made; }
  std::array<std::uint8_t, 24> bytes{};
  static inline int made = 0;
};

}  // namespace
}  // namespace test

template <>
struct Codec<test::Caption> {
  static std::string signature() { return "Caption"; }
  static void encode(Encoder& encoder, const test::Caption& value) {
    encoder.put_string(value.title);
    Codec<std::string>::encode(encoder, value.text);
    Codec<Tensor>::encode(encoder, value.image);
    Codec<std::vector<test::Point>>::encode(encoder, value.points);
    encoder.put(value.mark);
  }
  static test::Caption decode(Decoder& decoder) {
    test::Caption value;
    value.title = decoder.take_string();
    value.text = Codec<std::string>::decode(decoder);
    value.image = Codec<Tensor>::decode(decoder);
    value.points = Codec<std::vector<test::Point>>::decode(decoder);
    value.mark = decoder.take<char>();
    if (value.mark != '-' && value.mark != '+') throw Malformed("a mark that is none");
    return value;
  }
  static std::size_t payload(const test::Caption& value) {
    return value.text.size() + value.image.bytes().size() +
           Codec<std::vector<test::Point>>::payload(value.points);
  }
};

template <>
struct Codec<test::Borrowed> {
  static std::string signature() { return "Borrowed"; }
  static void encode(Encoder& encoder, const test::Borrowed& value) {
    encoder.put_string(value.text);
  }
  static test::Borrowed decode(Decoder& decoder) {
    return {decoder.take_string().empty() ? "" : "text"};
  }
  static std::size_t payload(const test::Borrowed& /*value*/) { return 0; }
};

namespace {

using detail::FrameBuffer;
using test::Caption;
using test::contains;
using test::Counted;
using test::decode;
using test::encode;
using test::encoded;
using test::kRegion;
using test::MemoryBlocks;
using test::Point;

constexpr std::array<std::size_t, 8> kSizes{0, 1, 255, 256, 257, 4096, 64 * 1024, 1024 * 1024 + 3};

template <typename T>
T there_and_back(const T& value) {
  MemoryBlocks blocks(Codec<T>::payload(value) + kRegion);
  return decode<T>(blocks, encode(blocks, value).bytes());
}

TEST_CASE("A13: a string of any bytes and size survives both ways") {
  for (const std::size_t size : kSizes) {
    CAPTURE(size);
    std::string text(size, '\0');
    std::iota(text.begin(), text.end(), '\0');  // every byte, zeros among them
    REQUIRE(there_and_back(text) == text);
    REQUIRE(Codec<std::string>::payload(text) == size);
  }
}

TEST_CASE("A13: a vector of numbers or of structs survives both ways, whatever its size") {
  for (const std::size_t size : kSizes) {
    CAPTURE(size);
    std::vector<std::uint16_t> numbers(size);
    std::iota(numbers.begin(), numbers.end(), std::uint16_t{1});
    REQUIRE(there_and_back(numbers) == numbers);
    REQUIRE(Codec<std::vector<std::uint16_t>>::payload(numbers) == 2 * size);
    const std::vector<Point> points = there_and_back(std::vector<Point>(size, Point{-0.5, 7}));
    REQUIRE(points.size() == size);
    for (const Point& point : points) REQUIRE((point.x == -0.5 && point.label == 7));
  }
}

TEST_CASE("a large string or vector lies in a block, and is copied once on each side") {
  MemoryBlocks blocks(4 * kRegion);
  const std::string text(kRegion, 'x');
  const std::vector<float> numbers(kRegion / sizeof(float), 0.5F);
  const FrameBuffer first = encode(blocks, text);
  const FrameBuffer second = encode(blocks, numbers);
  REQUIRE(first.bytes().size() + second.bytes().size() < 100);
  REQUIRE(blocks.copied_in == 2);
  REQUIRE(decode<std::string>(blocks, first.bytes()) == text);
  REQUIRE(decode<std::vector<float>>(blocks, second.bytes()) == numbers);
  REQUIRE(blocks.copied_out == 0);
}

TEST_CASE("a string or a vector over max_payload is refused with its size and the limit") {
  MemoryBlocks blocks(kRegion);
  const auto put = [](Encoder& encoder) {
    Codec<std::string>::encode(encoder, std::string(1001, 'x'));
  };
  REQUIRE_THROWS_WITH(encoded(blocks, put, 1000),
                      contains("payload_too_large: the payload has 1001 bytes, the limit is 1000"));
  const auto put_numbers = [](Encoder& encoder) {
    Codec<std::vector<double>>::encode(encoder, std::vector<double>(126));
  };
  REQUIRE_THROWS_WITH(encoded(blocks, put_numbers, 1000), contains("1008 bytes"));
  REQUIRE_NOTHROW(encoded(blocks, put_numbers, 1008));
}

TEST_CASE("a vector whose bytes are not whole elements is malformed, and none is made") {
  MemoryBlocks blocks(kRegion);
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{23}, std::size_t{25}, std::size_t{256}, std::size_t{10'000}}) {
    CAPTURE(size);
    const FrameBuffer frame = encode(blocks, std::string(size, 'x'));
    Counted::made = 0;
    REQUIRE_THROWS_WITH(decode<std::vector<Counted>>(blocks, frame.bytes()),
                        "a vector of " + std::to_string(size) + " bytes, whose elements have 24");
    REQUIRE(Counted::made == 0);
  }
  Counted::made = 0;
  REQUIRE(decode<std::vector<Counted>>(blocks, encode(blocks, std::string(48, 'x')).bytes())[1]
              .bytes[23] == 'x');
  REQUIRE(Counted::made == 2);
}

TEST_CASE("a vector or a string of more bytes than there are is malformed before room is made") {
  MemoryBlocks blocks(kRegion);
  static_cast<void>(encode(blocks, std::string(kRegion / 2, 'x')));
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (const std::uint64_t length :
       {std::uint64_t{24}, std::uint64_t{240}, std::uint64_t{kRegion} * 24, kMost / 24 * 24}) {
    CAPTURE(length);
    const FrameBuffer frame = encoded(blocks, [&](Encoder& encoder) {
      encoder.put(length);
      encoder.put(std::uint8_t{length > detail::kInlinePayload});
      encoder.put(std::uint64_t{0});  // the block's offset, or bytes too few
      if (length > detail::kInlinePayload) encoder.put(length);
    });
    Counted::made = 0;
    REQUIRE_THROWS_AS(decode<std::vector<Counted>>(blocks, frame.bytes()), Malformed);
    REQUIRE(Counted::made == 0);
    REQUIRE_THROWS_AS(decode<std::string>(blocks, frame.bytes()), Malformed);
  }
}

TEST_CASE("a type with a codec of its own survives both ways with all its members") {
  const Caption sent{"title", std::string(3000, 't'), Tensor(Datatype::kFp64, {70}),
                     std::vector<Point>(40, Point{2.5, -1}), '+'};
  MemoryBlocks blocks(kRegion);
  const FrameBuffer frame = encode(blocks, sent);
  const Caption seen = decode<Caption>(blocks, frame.bytes());
  REQUIRE(seen.title == "title");
  REQUIRE(seen.text == sent.text);
  REQUIRE(seen.image == sent.image);
  REQUIRE(seen.points.size() == 40);
  REQUIRE(seen.points[39].x == 2.5);
  REQUIRE(seen.mark == '+');
}

TEST_CASE("a user's codec says by Malformed that bytes are not its own") {
  MemoryBlocks blocks(kRegion);
  Caption value;
  value.mark = '?';
  REQUIRE_THROWS_AS(decode<Caption>(blocks, encode(blocks, value).bytes()), Malformed);
}

TEST_CASE("strings and vectors have codecs, but no vector whose elements own or refer to others") {
  STATIC_REQUIRE(Codable<std::string>);
  STATIC_REQUIRE(Codable<std::vector<float>>);
  STATIC_REQUIRE(Codable<std::vector<Point>>);
  STATIC_REQUIRE(Codable<std::vector<std::array<int, 3>>>);
  STATIC_REQUIRE(Codable<Caption>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<bool>>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<const char*>>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<std::string_view>>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<std::array<const char*, 2>>>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<std::string>>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<Caption>>);
  STATIC_REQUIRE_FALSE(Codable<const Point>);
}

TEST_CASE("a struct with a codec of its own does not travel as bytes, nor in a vector") {
  STATIC_REQUIRE(Codable<test::Borrowed>);
  STATIC_REQUIRE(PlainStruct<test::Borrowed>);
  STATIC_REQUIRE_FALSE(Codable<std::vector<test::Borrowed>>);
  REQUIRE(there_and_back(test::Borrowed{"text"}).text == std::string("text"));
}

TEST_CASE("the signature of a vector names its elements") {
  REQUIRE(Codec<std::vector<float>>::signature() == "vector of " + Codec<float>::signature());
  REQUIRE(Codec<std::vector<float>>::signature() != Codec<std::vector<std::int32_t>>::signature());
  REQUIRE(Codec<std::vector<char>>::signature() != Codec<std::string>::signature());
}

}  // namespace
}  // namespace inferpool
