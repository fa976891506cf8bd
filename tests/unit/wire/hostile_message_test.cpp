// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <inferpool/codec.hpp>

#include "catch.hpp"
#include "samples.hpp"

namespace inferpool {
namespace {

using detail::FrameBuffer;
using detail::Malformed;
using test::contains;
using test::decode;
using test::encoded;
using test::MemoryBlocks;

// A request's frame written by hand: no id, so many tensors and parameters, and what `put` writes.
FrameBuffer raw_request(const std::function<void(Encoder&)>& put) {
  MemoryBlocks blocks(0);
  return encoded(blocks, [&](Encoder& encoder) {
    encoder.put_string("");
    put(encoder);
  });
}

std::string refusal(const std::function<void(Encoder&)>& put) {
  MemoryBlocks blocks(0);
  try {
    decode<Request>(blocks, raw_request(put).bytes());
    return "";
  } catch (const Malformed& malformed) {
    return malformed.what();
  }
}

void put_named(Encoder& encoder, std::string_view name) {
  encoder.put_string(name);
  encoder.put_tensor(Tensor());
}

TEST_CASE("a request with an empty tensor name or the same twice is malformed") {
  REQUIRE_THAT(refusal([](Encoder& encoder) {
                 encoder.put(std::uint16_t{1});
                 put_named(encoder, "");
                 encoder.put(std::uint16_t{0});
               }),
               contains("is empty"));
  REQUIRE_THAT(refusal([](Encoder& encoder) {
                 encoder.put(std::uint16_t{2});
                 put_named(encoder, "a");
                 put_named(encoder, "a");
                 encoder.put(std::uint16_t{0});
               }),
               contains("two tensors have the name \"a\""));
}

TEST_CASE("a request of the most tensors is checked in time") {
  REQUIRE_THAT(refusal([](Encoder& encoder) {
                 encoder.put(std::uint16_t{65535});
                 for (int i = 0; i < 65534; ++i) put_named(encoder, std::to_string(i));
                 put_named(encoder, "0");
                 encoder.put(std::uint16_t{0});
               }),
               contains("two tensors have the name \"0\""));
}

TEST_CASE("a request that announces more than its frame holds is malformed") {
  REQUIRE_THAT(refusal([](Encoder& encoder) { encoder.put(std::uint16_t{65535}); }),
               contains("ends early"));
  REQUIRE_THAT(refusal([](Encoder& encoder) {
                 encoder.put(std::uint16_t{0});
                 encoder.put(std::uint16_t{65535});
               }),
               contains("ends early"));
}

TEST_CASE("a parameter of an unknown type, an invalid bool, and a name given twice are malformed") {
  const auto parameters = [](std::uint16_t count, const std::function<void(Encoder&)>& put) {
    return refusal([&](Encoder& encoder) {
      encoder.put(std::uint16_t{0});
      encoder.put(count);
      put(encoder);
    });
  };
  const auto put_flag = [](Encoder& encoder, std::uint8_t type, std::uint8_t value) {
    encoder.put_string("flag");
    encoder.put(type);
    encoder.put(value);
  };
  REQUIRE(parameters(1, [&](Encoder& encoder) { put_flag(encoder, 0, 1); }).empty());
  REQUIRE_THAT(parameters(1, [&](Encoder& encoder) { put_flag(encoder, 4, 1); }),
               contains("unknown type 4"));
  REQUIRE_THAT(parameters(1, [&](Encoder& encoder) { put_flag(encoder, 0, 2); }),
               contains("2 is not a bool"));
  REQUIRE_THAT(parameters(2,
                          [&](Encoder& encoder) {
                            put_flag(encoder, 0, 1);
                            put_flag(encoder, 0, 0);
                          }),
               contains("two parameters have the name \"flag\""));
}

}  // namespace
}  // namespace inferpool
