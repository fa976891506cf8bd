// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/detail/frame.hpp>

#include "catch.hpp"
#include "samples.hpp"

namespace inferpool {
namespace {

using detail::FrameBuffer;
using detail::Malformed;
using detail::TensorAccess;
using test::contains;
using test::decode;
using test::encode;
using test::encoded;
using test::filled;
using test::kRegion;
using test::MemoryBlocks;

// A tensor's frame written by hand, to be wrong where a test wants it.
struct RawTensor {
  std::uint8_t datatype = static_cast<std::uint8_t>(Datatype::kUint8);
  std::vector<std::int64_t> dimensions = {2};
  std::uint64_t length = 2;
  std::uint8_t place = 0;
  std::vector<std::uint8_t> bytes = {1, 0};
  std::uint64_t offset = 0;  // of a block: place 1 in units of 64, place 2 in bytes

  [[nodiscard]] FrameBuffer frame() const {
    MemoryBlocks none(0);
    return encoded(none, [this](Encoder& encoder) {
      encoder.put(datatype);
      encoder.put(static_cast<std::uint8_t>(dimensions.size()));
      for (const std::int64_t dimension : dimensions) encoder.put(dimension);
      encoder.put(length);
      encoder.put(place);
      for (const std::uint8_t byte : bytes) encoder.put(byte);
      if (place == 1) encoder.put(static_cast<std::uint32_t>(offset / 64));
      if (place == 2) encoder.put(offset);
    });
  }
};

// Why the frame is refused; "" if it is not.
std::string refusal(const RawTensor& raw) {
  MemoryBlocks blocks(kRegion);
  try {
    decode<Tensor>(blocks, raw.frame().bytes());
    return "";
  } catch (const Malformed& malformed) {
    return malformed.what();
  }
}

TEST_CASE("the frame that the tests below spoil is right") {
  REQUIRE(refusal(RawTensor{}).empty());
}

TEST_CASE("a datatype that does not exist is malformed") {
  for (const int datatype : {0, 15, 255}) {
    REQUIRE_THAT(refusal({.datatype = static_cast<std::uint8_t>(datatype)}),
                 contains("is not a datatype"));
  }
}

TEST_CASE("a shape that cannot be is malformed") {
  const std::int64_t huge = std::int64_t{1} << 62;
  REQUIRE_THAT(refusal({.dimensions = {1, 1, 1, 1, 1, 1, 1, 1, 2}}), contains("rank 9"));
  REQUIRE_THAT(refusal({.dimensions = {-2}}), contains("negative dimension -2"));
  REQUIRE_THAT(refusal({.dimensions = {-1, -2}}), contains("negative"));
  REQUIRE_THAT(refusal({.dimensions = {huge, huge}}), contains("2^63-1 elements"));
  REQUIRE_THAT(refusal({.datatype = 13, .dimensions = {huge}}), contains("2^63-1 bytes"));
}

TEST_CASE("a length that does not match datatype and shape is malformed") {
  REQUIRE_THAT(refusal({.length = 1, .bytes = {1}}), contains("1 bytes where 2 are due"));
  REQUIRE_THAT(refusal({.length = 3, .bytes = {1, 0, 1}}), contains("3 bytes where 2 are due"));
  REQUIRE_THAT(refusal({.dimensions = {0}}), contains("2 bytes where 0 are due"));
  REQUIRE_THAT(refusal({.dimensions = {}}), contains("2 bytes where 1 are due"));
  REQUIRE_THAT(refusal({.length = ~std::uint64_t{0}}), contains("are due"));
}

TEST_CASE("bytes left over or missing are malformed") {
  REQUIRE_THAT(refusal({.bytes = {1}}), contains("the frame ends early"));
  REQUIRE_THAT(refusal({.bytes = {1, 0, 0}}), contains("1 bytes are left"));
}

TEST_CASE("a payload in the wrong place for its length is malformed") {
  for (const int place : {1, 2, 3, 255}) {
    REQUIRE_THAT(refusal({.place = static_cast<std::uint8_t>(place), .bytes = {}}),
                 contains("in place " + std::to_string(place)));
  }
  const std::vector<std::uint8_t> large(257);
  for (const int place : {0, 3, 255}) {
    REQUIRE_THAT(refusal({.dimensions = {257},
                          .length = 257,
                          .place = static_cast<std::uint8_t>(place),
                          .bytes = large}),
                 contains("in place " + std::to_string(place)));
  }
  REQUIRE_THAT(refusal({.dimensions = {0}, .length = 0, .place = 1, .bytes = {}}),
               contains("in place 1"));
}

TEST_CASE("a block that its source does not know is malformed") {
  for (const int place : {1, 2}) {
    REQUIRE(refusal({.dimensions = {300},
                     .length = 300,
                     .place = static_cast<std::uint8_t>(place),
                     .bytes = {},
                     .offset = 64}) == "no such block");
  }
}

// Opens blocks without a check, up to `most` bytes of each.
class CarelessSource final : public detail::BlockSource {
 public:
  detail::StorageRef open(const detail::BlockRef& block, bool) override {
    return detail::borrowed_storage(memory_->data() + block.offset, std::min(block.length, most));
  }

  [[nodiscard]] std::span<const std::byte> in_place(const detail::BlockRef& block) const override {
    return {memory_->data() + block.offset, block.length};
  }

  std::uint64_t most = 1024;

 private:
  detail::StorageRef memory_ = detail::heap_storage(1024);
};

TEST_CASE("a block that is opened unaligned or shorter than its payload is malformed") {
  CarelessSource source;
  RawTensor raw{
      .datatype = 12, .dimensions = {75}, .length = 300, .place = 2, .bytes = {}, .offset = 64};
  FrameBuffer frame = raw.frame();
  REQUIRE(Decoder(frame.bytes(), source).take_tensor().values<float>().size() == 75);
  source.most = 299;
  REQUIRE_THROWS_WITH(Decoder(frame.bytes(), source).take_tensor(),
                      contains("an opened block of 299 bytes"));
  source.most = 300;
  raw.offset = 68;
  frame = raw.frame();
  REQUIRE_THROWS_WITH(Decoder(frame.bytes(), source).take_tensor(),
                      contains("offset 68, which is not aligned to 64"));
}

TEST_CASE("a bool that is neither 0 nor 1 is malformed, in the frame and in a block") {
  REQUIRE_THAT(refusal({.datatype = 1, .bytes = {1, 2}}), contains("neither 0 nor 1"));
  REQUIRE(refusal({.datatype = 1, .bytes = {0, 1}}).empty());
  MemoryBlocks blocks(kRegion);
  const FrameBuffer frame = encode(blocks, filled(Datatype::kBool, {300}));
  blocks.used()[299] = std::byte{0x80};
  REQUIRE_THROWS_WITH(decode<Tensor>(blocks, frame.bytes()), contains("neither 0 nor 1"));
}

TEST_CASE("strings that do not fill their bytes are malformed, in the frame and in a block") {
  const RawTensor good{.datatype = 14, .length = 9, .bytes = {1, 0, 0, 0, 'x', 0, 0, 0, 0}};
  REQUIRE(refusal(good).empty());
  RawTensor bad = good;
  bad.bytes[0] = 2;
  REQUIRE_THAT(refusal(bad), contains("length-prefixed"));
  bad = good;
  bad.dimensions = {3};
  REQUIRE_THAT(refusal(bad), contains("length-prefixed"));
  bad.dimensions = {1};
  REQUIRE_THAT(refusal(bad), contains("length-prefixed"));

  MemoryBlocks blocks(kRegion);
  const std::vector<std::string_view> words(100, "word");
  const FrameBuffer frame = encode(blocks, Tensor::from_strings(words));
  blocks.used()[8] = std::byte{5};  // the second length
  REQUIRE_THROWS_WITH(decode<Tensor>(blocks, frame.bytes()), contains("length-prefixed"));
}

}  // namespace
}  // namespace inferpool
