// SPDX-License-Identifier: Apache-2.0
#include <inferpool/codec.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "samples.hpp"

namespace inferpool {
namespace {

using detail::FrameBuffer;
using detail::Malformed;
using test::contains;
using test::decode;
using test::encode;
using test::Image;
using test::kRegion;
using test::MemoryBlocks;
using test::Point;
using test::Random;
using test::random_strings;
using test::random_tensor;
using test::some_request;
using test::some_response;

constexpr std::array<std::size_t, 7> kSizes{0, 1, 255, 256, 257, 64 * 1024, 1024 * 1024 + 3};

template <typename T>
T there_and_back(const T& value, std::size_t capacity = kRegion) {
  MemoryBlocks blocks(capacity);
  const FrameBuffer frame = encode(blocks, value);
  if constexpr (std::is_same_v<T, Tensor>) {
    return decode<T>(blocks, frame.bytes()).clone();  // the region ends here
  } else {
    return decode<T>(blocks, frame.bytes());
  }
}

TEST_CASE("A13: a tensor of any datatype and size survives both ways bit for bit") {
  Random random(13);
  for (const Datatype datatype : test::datatypes()) {
    for (const std::size_t size : kSizes) {
      CAPTURE(name(datatype), size);
      const std::size_t width = std::max<std::size_t>(element_size(datatype), 1);
      const auto elements = static_cast<std::int64_t>((size + width - 1) / width);
      const Tensor tensor =
          datatype == Datatype::kBytes
              ? random_strings(random, {std::min<std::int64_t>(elements, 64)}, size)
              : random_tensor(random, datatype, {elements});
      REQUIRE(there_and_back(tensor, tensor.bytes().size() + kRegion) == tensor);
    }
  }
}

TEST_CASE("A13: a tensor of any shape survives both ways, rank 0 and empty dimensions included") {
  const std::vector<Shape> shapes{{},
                                  {1},
                                  {0},
                                  {7},
                                  {2, 3},
                                  {3, 0, 5},
                                  {2, 3, 4},
                                  {1, 2, 3, 4},
                                  {5, 4, 3, 2, 1},
                                  {1, 1, 2, 2, 3, 3},
                                  {0, 0, 0, 0, 0, 0, 0},
                                  {1, 2, 1, 3, 1, 2, 1},
                                  {2, 2, 2, 2, 2, 2, 2, 2},
                                  {0, std::numeric_limits<std::int64_t>::max(), 1, 1, 1, 1, 1, 1}};
  Random random(14);
  for (const Datatype datatype : test::datatypes()) {
    for (const Shape& shape : shapes) {
      CAPTURE(name(datatype), to_string(shape));
      const Tensor tensor = random_tensor(random, datatype, shape);
      const Tensor back = there_and_back(tensor);
      REQUIRE(back == tensor);
      REQUIRE(back.shape().elements() == tensor.shape().elements());
    }
  }
}

bool same(const TensorList& left, const TensorList& right) {
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const NamedTensor& a, const NamedTensor& b) {
                      return a.name == b.name && a.tensor == b.tensor;
                    });
}

TEST_CASE("A13: a request and a response survive both ways with names, order and parameters") {
  MemoryBlocks blocks(kRegion);
  const Request request = some_request();
  const Request seen = decode<Request>(blocks, encode(blocks, request).bytes());
  REQUIRE(seen.id == request.id);
  REQUIRE(same(seen.inputs, request.inputs));
  REQUIRE(seen.parameters == request.parameters);

  const Response response = some_response();
  const Response back = decode<Response>(blocks, encode(blocks, response).bytes());
  REQUIRE(back.id == response.id);
  REQUIRE(back.model_name == response.model_name);
  REQUIRE(back.model_version == response.model_version);
  REQUIRE(same(back.outputs, response.outputs));
  REQUIRE(back.parameters == response.parameters);
  REQUIRE(there_and_back(Response()).outputs.empty());
}

TEST_CASE("A13: a struct, a number and an enumeration survive both ways") {
  const Point point = there_and_back(Point{-0.5, 7});
  REQUIRE(point.x == -0.5);
  REQUIRE(point.label == 7);
  Image image;
  image.pixels[2999] = 9;
  REQUIRE(there_and_back(image).pixels == image.pixels);
  REQUIRE(there_and_back(2.5F) == 2.5F);
  REQUIRE(there_and_back(Datatype::kBf16) == Datatype::kBf16);
  REQUIRE(there_and_back(true));
  REQUIRE_FALSE(there_and_back(false));
}

TEST_CASE("a struct of another size, and a bool that is neither 0 nor 1, are malformed") {
  MemoryBlocks blocks(kRegion);
  REQUIRE_THROWS_AS(decode<Image>(blocks, encode(blocks, Point()).bytes()), Malformed);
  REQUIRE_THROWS_WITH(decode<bool>(blocks, encode(blocks, std::uint8_t{2}).bytes()),
                      contains("2 is not a bool"));
}

struct Named {
  std::string name;
};

TEST_CASE("what cannot travel has no codec") {
  STATIC_REQUIRE(Codable<Tensor>);
  STATIC_REQUIRE(Codable<Request>);
  STATIC_REQUIRE(Codable<Response>);
  STATIC_REQUIRE(Codable<Point>);
  STATIC_REQUIRE(Codable<std::array<float, 10>>);
  STATIC_REQUIRE_FALSE(Codable<const char*>);
  STATIC_REQUIRE_FALSE(Codable<std::string_view>);
  STATIC_REQUIRE_FALSE(Codable<std::span<const float>>);
  STATIC_REQUIRE_FALSE(Codable<std::reference_wrapper<int>>);
  STATIC_REQUIRE_FALSE(Codable<int Point::*>);
  STATIC_REQUIRE_FALSE(Codable<Named>);
  STATIC_REQUIRE_FALSE(Codable<std::unique_ptr<int>>);
}

TEST_CASE("different types have different signatures") {
  REQUIRE(Codec<Tensor>::signature() != Codec<Request>::signature());
  REQUIRE(Codec<Request>::signature() != Codec<Response>::signature());
  REQUIRE(Codec<Point>::signature() != Codec<Image>::signature());
  REQUIRE_THAT(Codec<Point>::signature(), contains("size 16 align 8"));
}

// The smallest limit under which the value can be encoded.
template <typename T>
std::size_t counted(const T& value) {
  MemoryBlocks blocks(kRegion);
  const auto put = [&](Encoder& encoder) { Codec<T>::encode(encoder, value); };
  const std::size_t size = Codec<T>::payload(value);
  test::encoded(blocks, put, size);
  if (size != 0)
    REQUIRE_THROWS_WITH(test::encoded(blocks, put, size - 1), contains("payload_too_large: "));
  return size;
}

TEST_CASE("payload is exactly what the encoder counts against the limit") {
  REQUIRE(counted(Tensor(Datatype::kFp32, {100})) == 400);
  REQUIRE(counted(Tensor()) == 0);
  REQUIRE(counted(Point()) == 16);
  REQUIRE(counted(some_response()) == 1604);
  REQUIRE(counted(some_request()) > 5000);
  Request request;
  request.id = "names and ids do not count";
  request.parameters = {{"text", std::string(300, 'x')}, {"flag", true}};
  REQUIRE(counted(request) == 300);
}

TEST_CASE("more than 65535 parameters are refused") {
  Request request;
  for (int i = 0; i <= 65535; ++i) request.parameters[std::to_string(i)] = true;
  MemoryBlocks blocks(0);
  REQUIRE_THROWS_WITH(encode(blocks, request),
                      contains("invalid_argument: 65536 parameters") && contains("65535"));
  request.parameters.erase("0");
  REQUIRE(there_and_back(request).parameters == request.parameters);
}

}  // namespace
}  // namespace inferpool
