// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include <inferpool/codec.hpp>

#include "catch.hpp"
#include "samples.hpp"

namespace inferpool {
namespace {

using detail::FrameBuffer;
using detail::Malformed;
using test::below;
using test::decode;
using test::encode;
using test::kRegion;
using test::MemoryBlocks;
using test::Random;

// A valid frame and how it is read. Reading gives the value's canonical form, so that all of it is
// looked at.
struct Sample {
  std::vector<std::byte> frame;
  std::function<std::vector<std::byte>(std::span<const std::byte>, MemoryBlocks&)> read;
};

template <typename T>
std::vector<std::byte> canonical(const T& value) {
  MemoryBlocks blocks(kRegion);
  const FrameBuffer frame = encode(blocks, value);
  std::vector<std::byte> bytes(frame.bytes().begin(), frame.bytes().end());
  bytes.insert(bytes.end(), blocks.used().begin(), blocks.used().end());
  return bytes;
}

template <typename T>
Sample sample(MemoryBlocks& blocks, const T& value) {
  const FrameBuffer frame = encode(blocks, value);
  return {{frame.bytes().begin(), frame.bytes().end()},
          [](std::span<const std::byte> bytes, MemoryBlocks& source) {
            const T read = decode<T>(source, bytes);
            std::vector<std::byte> form = canonical(read);
            // What is accepted is a value like any other: it survives another round trip.
            MemoryBlocks other(kRegion);
            const FrameBuffer again = encode(other, read);
            REQUIRE(canonical(decode<T>(other, again.bytes())) == form);
            return form;
          }};
}

std::vector<Sample> samples(MemoryBlocks& blocks) {
  Random random(17);
  std::vector<Sample> all;
  for (const Datatype datatype : test::datatypes()) {
    all.push_back(sample(blocks, test::random_tensor(random, datatype, {2, 5})));
    all.push_back(sample(blocks, test::random_tensor(random, datatype, {300})));
  }
  all.push_back(
      sample(blocks, test::random_tensor(random, Datatype::kUint8, {1, 2, 1, 2, 1, 2, 1, 2})));
  all.push_back(sample(blocks, test::some_request()));
  all.push_back(sample(blocks, test::some_response()));
  all.push_back(sample(blocks, test::Point{1.5, 2}));
  all.push_back(sample(blocks, test::Image()));
  all.push_back(sample(blocks, std::string(200, 'x')));
  all.push_back(sample(blocks, std::string(3000, 'y')));
  all.push_back(sample(blocks, std::vector<test::Point>(7, test::Point{1.5, 2})));
  all.push_back(sample(blocks, std::vector<std::uint16_t>(900, 3)));
  return all;
}

TEST_CASE("a frame that is cut off anywhere is malformed") {
  MemoryBlocks blocks(kRegion);
  for (const Sample& sample : samples(blocks)) {
    for (std::size_t size = 0; size < sample.frame.size(); ++size) {
      CAPTURE(size);
      REQUIRE_THROWS_AS(sample.read(std::span(sample.frame).first(size), blocks), Malformed);
    }
    REQUIRE_NOTHROW(sample.read(sample.frame, blocks));
  }
}

void overwrite(Random& random, std::span<std::byte> bytes) {
  constexpr std::array<std::uint64_t, 12> kEdges{0,
                                                 1,
                                                 2,
                                                 255,
                                                 256,
                                                 257,
                                                 std::uint64_t{1} << 31,
                                                 std::uint64_t{1} << 32,
                                                 (1U << 16),
                                                 ~std::uint64_t{0},
                                                 std::uint64_t{1} << 63,
                                                 (std::uint64_t{1} << 63) - 1};
  const std::uint64_t value = random() % 4 == 0 ? random() : kEdges[below(random, kEdges.size())];
  const std::size_t width = std::min<std::size_t>(std::size_t{1} << (random() % 4), bytes.size());
  if (width != 0) std::memcpy(&bytes[below(random, bytes.size() - width + 1)], &value, width);
}

void spoil(Random& random, std::vector<std::byte>& frame, const std::vector<std::byte>& other) {
  const auto at = [&](const std::vector<std::byte>& bytes) {
    return static_cast<std::ptrdiff_t>(below(random, bytes.size() + 1));
  };
  switch (random() % 8) {
    case 0:
      frame.resize(below(random, frame.size() + 1));
      return;
    case 1: {
      const std::ptrdiff_t from = at(frame);
      frame.insert(frame.begin() + from, 1 + below(random, 16), std::byte(random() & 0xFF));
      return;
    }
    case 2: {
      const std::ptrdiff_t from = at(frame);
      const auto rest = static_cast<std::ptrdiff_t>(frame.size()) - from;
      frame.erase(frame.begin() + from,
                  frame.begin() + from + std::min<std::ptrdiff_t>(rest, 1 + at(frame) % 16));
      return;
    }
    case 3:
      frame.resize(below(random, frame.size() + 1));
      frame.insert(frame.end(), other.begin() + at(other), other.end());
      return;
    case 4:
      if (!frame.empty()) frame[below(random, frame.size())] ^= std::byte(1U << (random() % 8));
      return;
    default:
      overwrite(random, frame);
  }
}

TEST_CASE("whatever bytes a broken process sends are a value or malformed, never anything else") {
  MemoryBlocks blocks(kRegion);
  const std::vector<Sample> all = samples(blocks);
  const std::vector<std::byte> region(blocks.used().begin(), blocks.used().end());
  Random random(20260814);
  int accepted = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    const Sample& chosen = all[below(random, all.size())];
    std::vector<std::byte> frame = chosen.frame;
    std::copy(region.begin(), region.end(), blocks.used().begin());
    for (std::size_t times = below(random, 4); times > 0; --times) {
      spoil(random, frame, all[below(random, all.size())].frame);
    }
    for (std::size_t times = below(random, 50); times > 0; --times)
      overwrite(random, blocks.used());
    CAPTURE(round);
    try {
      chosen.read(frame, blocks);
      ++accepted;
    } catch (const Malformed&) {
      ++refused;
    }
  }
  REQUIRE(accepted > 2000);
  REQUIRE(refused > 2000);
}

}  // namespace
}  // namespace inferpool
