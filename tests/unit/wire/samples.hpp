// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/codec.hpp>

#include "memory_blocks.hpp"

// Values of each kind that can be sent.
namespace inferpool::test {

constexpr std::size_t kRegion = std::size_t{1} << 16;

template <typename T>
detail::FrameBuffer encode(MemoryBlocks& blocks, const T& value) {
  return encoded(blocks, [&](Encoder& encoder) { Codec<T>::encode(encoder, value); });
}

template <typename T>
T decode(MemoryBlocks& blocks, std::span<const std::byte> frame) {
  return decoded(frame, blocks, [](Decoder& decoder) { return Codec<T>::decode(decoder); });
}

// The same bytes each time, all valid for the datatype.
inline Tensor filled(Datatype datatype, const Shape& shape) {
  std::vector<std::byte> bytes(detail::TensorAccess::byte_size(datatype, shape));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = std::byte(datatype == Datatype::kBool ? i % 2 : i % 251);
  }
  return Tensor::copy_bytes(datatype, shape, bytes);
}

// Seeded, so that a failure can be repeated.
using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) { return random() % limit; }

inline std::vector<std::byte> noise(Random& random, std::size_t size) {
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = std::byte(random() & 0xFF);
  return bytes;
}

inline Tensor random_strings(Random& random, const Shape& shape, std::size_t text_bytes) {
  const auto count = static_cast<std::size_t>(shape.elements());
  std::vector<std::string> strings(count);
  for (std::size_t i = 0; i < (count == 0 ? 0 : text_bytes); ++i) {
    strings[below(random, count)] += static_cast<char>(random() & 0xFF);
  }
  const std::vector<std::string_view> views(strings.begin(), strings.end());
  return Tensor::from_strings(views, shape);
}

// Any bits, including NaNs.
inline Tensor random_tensor(Random& random, Datatype datatype, const Shape& shape) {
  if (datatype == Datatype::kBytes) return random_strings(random, shape, 100);
  std::vector<std::byte> bytes = noise(random, detail::TensorAccess::byte_size(datatype, shape));
  if (datatype == Datatype::kBool) {
    for (std::byte& byte : bytes) byte &= std::byte{1};
  }
  return Tensor::copy_bytes(datatype, shape, bytes);
}

inline std::vector<Datatype> datatypes() {
  std::vector<Datatype> all;
  for (int value = 1; value <= 14; ++value) all.push_back(static_cast<Datatype>(value));
  return all;
}

inline Parameters some_parameters() {
  return {{"flag", true},
          {"off", false},
          {"lowest", std::numeric_limits<std::int64_t>::min()},
          {"ratio", -0.125},
          {"nothing", std::string()},
          {"short", std::string("a\0b", 3)},
          {"long", std::string(5000, 'x')},
          {"", std::string("under an empty name")}};
}

inline Request some_request() {
  Random random(15);
  Request request{{"image", random_tensor(random, Datatype::kFp32, {1, 3, 8, 8})},
                  {"mask", random_tensor(random, Datatype::kBool, {300})},
                  {"flags", random_tensor(random, Datatype::kBool, {3})},
                  {"words", random_tensor(random, Datatype::kBytes, {4, 2})},
                  {"lines", random_strings(random, {20}, 600)},
                  {"empty", Tensor()},
                  {"threshold", Tensor::scalar(0.5)}};
  request.id = "request-1";
  request.parameters = some_parameters();
  return request;
}

inline Response some_response() {
  Random random(16);
  Response response{{"boxes", random_tensor(random, Datatype::kFp16, {200, 4})},
                    {"count", Tensor::scalar(std::int32_t{200})}};
  response.id = "request-1";
  response.model_name = "detector";
  response.model_version = "3";
  response.parameters = {{"seconds", 0.25}};
  return response;
}

struct Point {
  double x = 0;
  std::int64_t label = 0;
};

struct Image {
  std::array<std::uint8_t, 3000> pixels{};
};

}  // namespace inferpool::test
