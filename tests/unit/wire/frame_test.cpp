// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/frame.hpp>

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

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

TEST_CASE("a frame buffer keeps what is appended, beyond its inline bytes as well") {
  FrameBuffer frame;
  std::vector<std::byte> all;
  for (std::size_t step = 0; step < 60; ++step) {
    const std::vector<std::byte> part(step, std::byte(step));
    frame.append(part.data(), part.size());
    all.insert(all.end(), part.begin(), part.end());
    const auto bytes = frame.bytes();
    REQUIRE(std::vector<std::byte>(bytes.begin(), bytes.end()) == all);
  }
  frame.clear();
  REQUIRE(frame.bytes().empty());
  frame.append(all.data(), detail::kInlineFrame);
  REQUIRE(frame.bytes().size() == detail::kInlineFrame);
  REQUIRE(frame.bytes()[59] == all[59]);
}

TEST_CASE("a frame buffer knows what was excluded, and an outer part includes the inner ones") {
  FrameBuffer frame;
  for (std::size_t i = 0; i < 10; ++i) {
    frame.exclude({.begin = 10 * i, .size = i, .block = i % 2 == 1, .offset = 0});
  }
  REQUIRE(frame.exclusions() == 10);
  for (std::size_t i = 0; i < 10; ++i) {
    REQUIRE(frame.exclusion(i).begin == 10 * i);
    REQUIRE(frame.exclusion(i).size == i);
    REQUIRE(frame.exclusion(i).block == (i % 2 == 1));
  }
  frame.exclude({.begin = 35, .size = 80, .block = false, .offset = 0});
  REQUIRE(frame.exclusions() == 5);
  REQUIRE(frame.exclusion(3).begin == 30);
  REQUIRE(frame.exclusion(4).begin == 35);
  frame.exclude({.begin = 5, .size = 200, .block = false, .offset = 0});
  REQUIRE(frame.exclusions() == 2);
  frame.clear();
  REQUIRE(frame.exclusions() == 0);
}

TEST_CASE("a frame buffer of up to 448 bytes holds them itself") {
  FrameBuffer frame;
  const auto held_inside = [&frame] {
    const auto* const start = reinterpret_cast<const std::byte*>(&frame);
    const std::byte* const data = frame.bytes().data();
    return std::less_equal<>()(start, data) && std::less<>()(data, start + sizeof(frame));
  };
  const std::vector<std::byte> bytes(detail::kInlineFrame);
  frame.append(bytes.data(), bytes.size());
  REQUIRE(held_inside());
  frame.append(bytes.data(), 1);
  REQUIRE_FALSE(held_inside());
}

TEST_CASE("a frame buffer takes a first append that is larger than its inline bytes") {
  FrameBuffer frame;
  const std::vector<std::byte> bytes(5000, std::byte{3});
  frame.append(bytes.data(), bytes.size());
  REQUIRE(std::vector<std::byte>(frame.bytes().begin(), frame.bytes().end()) == bytes);
}

TEST_CASE("numbers, enumerations and names come back in order") {
  MemoryBlocks blocks(0);
  const FrameBuffer frame = encoded(blocks, [](Encoder& encoder) {
    encoder.put(std::int64_t{-5});
    encoder.put(Datatype::kInt8);
    encoder.put_string("a name");
    encoder.put(0.25);
    encoder.put_string("");
  });
  Decoder decoder(frame.bytes(), blocks);
  REQUIRE(decoder.take<std::int64_t>() == -5);
  REQUIRE(decoder.take<Datatype>() == Datatype::kInt8);
  REQUIRE(decoder.take_string() == "a name");
  REQUIRE(decoder.take<double>() == 0.25);
  REQUIRE_THROWS_AS(decoder.finish(), Malformed);
  REQUIRE(decoder.take_string().empty());
  REQUIRE_NOTHROW(decoder.finish());
  REQUIRE_THROWS_AS(decoder.take<std::uint8_t>(), Malformed);
}

TEST_CASE("a name that is longer than the frame is malformed") {
  MemoryBlocks blocks(0);
  const FrameBuffer frame = encoded(blocks, [](Encoder& encoder) {
    encoder.put(std::numeric_limits<std::uint32_t>::max());
    encoder.put(std::uint8_t{'x'});
  });
  Decoder decoder(frame.bytes(), blocks);
  REQUIRE_THROWS_WITH(decoder.take_string(), contains("1 bytes are left where 4294967295 are due"));
}

TEST_CASE("a name of 4 GiB is refused before it is read") {
  MemoryBlocks blocks(0);
  FrameBuffer frame;
  Encoder encoder(frame, blocks, 100);
  const std::string_view huge("x", std::size_t{1} << 32);  // only its size is looked at
  REQUIRE_THROWS_WITH(encoder.put_string(huge),
                      contains("payload_too_large: a name of 4294967296 bytes"));
}

TEST_CASE("a payload of up to 256 bytes rides in the frame, a larger one in a block") {
  for (const std::int64_t size : {0, 1, 64, 65, 256, 257, 4096}) {
    CAPTURE(size);
    MemoryBlocks blocks(kRegion);
    const Tensor tensor = filled(Datatype::kUint8, {size});
    const FrameBuffer frame = encode(blocks, tensor);
    REQUIRE(blocks.copied_in == (size > 256 ? 1 : 0));
    REQUIRE(decode<Tensor>(blocks, frame.bytes()) == tensor);
  }
}

TEST_CASE("numbers in a block are viewed in place, bools and strings are copied out") {
  MemoryBlocks blocks(kRegion);
  const Tensor numbers =
      decode<Tensor>(blocks, encode(blocks, filled(Datatype::kFp32, {100})).bytes());
  REQUIRE(blocks.viewed == 1);
  REQUIRE(TensorAccess::storage(numbers)->region() == &blocks);

  const std::vector<std::string_view> words(100, "word");
  const Tensor bools =
      decode<Tensor>(blocks, encode(blocks, filled(Datatype::kBool, {300})).bytes());
  const Tensor strings =
      decode<Tensor>(blocks, encode(blocks, Tensor::from_strings(words)).bytes());
  REQUIRE(blocks.viewed == 1);
  REQUIRE(blocks.copied_out == 2);
  // A sender that writes its block after the check changes nothing.
  for (std::byte& byte : blocks.used()) byte = std::byte{0xFF};
  REQUIRE(bools == filled(Datatype::kBool, {300}));
  REQUIRE(strings.strings() == words);
}

TEST_CASE("a block takes no more of a frame than a float does") {
  // 24 with the byte in front: this is the room in the first cache line of a slot.
  MemoryBlocks blocks(kRegion);
  REQUIRE(encode(blocks, filled(Datatype::kFp32, {100})).bytes().size() == 23);
  REQUIRE(encode(blocks, filled(Datatype::kFp32, {1})).bytes().size() == 23);
}

// Remembers where a block was opened, and gives other bytes.
class FarBlocks final : public detail::BlockSink, public detail::BlockSource {
 public:
  explicit FarBlocks(std::uint64_t offset) : offset_(offset) {}
  detail::BlockRef store(std::span<const std::byte> bytes, const detail::StorageRef&) override {
    return {offset_, bytes.size()};
  }
  detail::StorageRef open(const detail::BlockRef& block, bool) override {
    opened = block;
    return detail::heap_storage(block.length);
  }
  [[nodiscard]] std::span<const std::byte> in_place(const detail::BlockRef&) const override {
    return {};
  }

  detail::BlockRef opened;

 private:
  std::uint64_t offset_;
};

TEST_CASE("a block is found wherever it lies, however far away") {
  const std::uint64_t last_near = std::uint64_t{0xffffffff} * 64;
  for (const std::uint64_t offset :
       {std::uint64_t{0}, std::uint64_t{64}, std::uint64_t{1} << 32, last_near, last_near + 64,
        std::uint64_t{1} << 62, std::uint64_t{7}, ~std::uint64_t{0}}) {
    CAPTURE(offset);
    FarBlocks blocks(offset);
    FrameBuffer frame;
    Encoder encoder(frame, blocks, 1 << 20);
    encoder.put_tensor(filled(Datatype::kFp32, {100}));
    REQUIRE((frame.bytes().size() == 23) == (offset <= last_near && offset % 64 == 0));
    Decoder decoder(frame.bytes(), blocks);
    REQUIRE(decoder.take_tensor().shape() == Shape{100});
    decoder.finish();
    REQUIRE(blocks.opened.offset == offset);
    REQUIRE(blocks.opened.length == 400);
  }
}

TEST_CASE("a tensor that lies in the sink's region is not copied into it again") {
  MemoryBlocks blocks(kRegion);
  Tensor loan = TensorAccess::make(Datatype::kUint8, {1000}, blocks.loan(1000), 1000);
  loan.mutable_values<std::uint8_t>()[999] = 42;
  const FrameBuffer frame = encode(blocks, loan);
  REQUIRE(blocks.copied_in == 0);
  const Tensor seen = decode<Tensor>(blocks, frame.bytes());
  REQUIRE(seen == loan);
  REQUIRE(seen.bytes().data() == loan.bytes().data());
}

TEST_CASE("a small tensor rides in the frame even if it lies in the sink's region") {
  MemoryBlocks blocks(kRegion);
  Tensor loan = TensorAccess::make(Datatype::kUint8, {256}, blocks.loan(256), 256);
  loan.mutable_values<std::uint8_t>()[255] = 42;
  const FrameBuffer frame = encode(blocks, loan);
  REQUIRE(frame.bytes().size() == 1 + 1 + 8 + 8 + 1 + 256);
  REQUIRE(TensorAccess::storage(decode<Tensor>(blocks, frame.bytes()))->region() == nullptr);
}

TEST_CASE("payload over the limit is refused with bytes, limit and setting") {
  MemoryBlocks blocks(kRegion);
  FrameBuffer frame;
  Encoder encoder(frame, blocks, 1000);
  REQUIRE_THROWS_WITH(encoder.put_tensor(filled(Datatype::kUint8, {1001})),
                      "payload_too_large: the payload has 1001 bytes, the limit is 1000: send less "
                      "or raise max_payload");
  REQUIRE(blocks.copied_in == 0);
  encoder.put_tensor(filled(Datatype::kUint8, {600}));
  encoder.put_tensor(filled(Datatype::kUint8, {400}));
  REQUIRE_THROWS_WITH(encoder.put_tensor(filled(Datatype::kUint8, {1})),
                      contains("at least 1001 bytes, the limit is 1000"));
  encoder.put_tensor(Tensor());
}

TEST_CASE("a payload comes back whole, and only into its own size") {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{12}, std::size_t{256}, std::size_t{1000}}) {
    CAPTURE(size);
    MemoryBlocks blocks(kRegion);
    const std::vector<std::byte> payload(size, std::byte{0x5A});
    const FrameBuffer frame =
        encoded(blocks, [&](Encoder& encoder) { encoder.put_payload(payload); });
    std::vector<std::byte> back(size);
    Decoder(frame.bytes(), blocks).take_payload(back);
    REQUIRE(back == payload);
    REQUIRE(Decoder(frame.bytes(), blocks).take_text() == std::string(size, '\x5A'));
    std::vector<std::byte> larger(size + 1);
    REQUIRE_THROWS_AS(Decoder(frame.bytes(), blocks).take_payload(larger), Malformed);
  }
}

TEST_CASE("a payload is read where it lies, and copied once: to where its codec made room") {
  MemoryBlocks blocks(kRegion);
  const std::vector<std::byte> payload(1000, std::byte{7});
  const FrameBuffer frame =
      encoded(blocks, [&](Encoder& encoder) { encoder.put_payload(payload); });
  std::vector<std::byte> back;
  Decoder(frame.bytes(), blocks).take_payload([&back](std::size_t size) {
    back.resize(size);
    return std::span(back);
  });
  REQUIRE(back == payload);
  REQUIRE(Decoder(frame.bytes(), blocks).take_text().size() == 1000);
  Decoder(frame.bytes(), blocks).take_payload(std::span(back));
  REQUIRE(blocks.viewed + blocks.copied_out == 0);
}

TEST_CASE("room for another number of bytes than there are is refused, and nothing is written") {
  MemoryBlocks blocks(kRegion);
  const FrameBuffer frame =
      encoded(blocks, [](Encoder& encoder) { encoder.put_payload(std::vector<std::byte>(10)); });
  for (const std::size_t size : {std::size_t{0}, std::size_t{9}, std::size_t{11}}) {
    std::vector<std::byte> room(size, std::byte{1});
    REQUIRE_THROWS_WITH(
        Decoder(frame.bytes(), blocks).take_payload([&](std::size_t) { return std::span(room); }),
        "a codec made room for " + std::to_string(size) + " bytes of a payload of 10");
    REQUIRE(room == std::vector<std::byte>(size, std::byte{1}));
  }
}

}  // namespace
}  // namespace inferpool
