// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/tensor_spec.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::test {
namespace {

using runtimes::array_shape;
using runtimes::Dimension;
using runtimes::known_shape;
using runtimes::match_inputs;
using runtimes::NetworkError;
using runtimes::Symbols;
using runtimes::TensorSpec;

Dimension any(const std::string& symbol = {}) { return {.size = {}, .symbol = symbol}; }
Dimension of(std::int64_t size) { return {.size = size, .symbol = {}}; }

const std::vector<TensorSpec> kTwo{
    {.name = "a", .datatype = Datatype::kFp32, .dimensions = {{any("n"), of(3)}}},
    {.name = "b", .datatype = Datatype::kInt64, .dimensions = {{any("n"), any()}}}};

Tensor floats(const Shape& shape) { return {Datatype::kFp32, shape}; }
Tensor whole(const Shape& shape) { return {Datatype::kInt64, shape}; }

std::string refusal_of(const TensorList& inputs, const std::vector<TensorSpec>& specs = kTwo) {
  Symbols symbols;
  try {
    static_cast<void>(match_inputs(specs, inputs, symbols));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "none";
}

TEST_CASE("inputs are found by name, in the network's order") {
  const TensorList inputs{{"b", whole({2, 7})}, {"a", floats({2, 3})}};
  Symbols symbols;
  const auto tensors = match_inputs(kTwo, inputs, symbols);
  REQUIRE(tensors.size() == 2);
  CHECK(tensors[0] == inputs.find("a"));
  CHECK(tensors[1] == inputs.find("b"));
  CHECK(symbols == Symbols{{"n", 2}});
}

TEST_CASE("inputs of other names are refused with all that are right") {
  const std::string right = R"(accepted: "a" FP32 [n, 3], "b" INT64 [n, ?])";
  CHECK_THAT(refusal_of({{"a", floats({2, 3})}, {"c", whole({2, 7})}}),
             contains(R"(the inputs are "a", "c"; )" + right));
  CHECK_THAT(refusal_of({}), contains("the inputs are none; " + right));
  CHECK_THAT(refusal_of({{"a", floats({2, 3})}, {"b", whole({2, 7})}, {"c", floats({})}}),
             contains(right));
  CHECK_THAT(refusal_of({{"a", floats({})}}, {}), contains("accepted: none"));
}

TEST_CASE("an input of another datatype is refused with the right one") {
  CHECK_THAT(refusal_of({{"a", whole({2, 3})}, {"b", whole({2, 7})}}),
             contains(R"(the input "a" is INT64 [2, 3]; accepted: FP32 [n, 3])"));
}

TEST_CASE("an input of another shape is refused with the right one") {
  CHECK_THAT(refusal_of({{"a", floats({2, 4})}, {"b", whole({2, 7})}}),
             contains(R"(the input "a" has the shape [2, 4]; accepted: [n, 3])"));
  CHECK_THAT(refusal_of({{"a", floats({3})}, {"b", whole({2, 7})}}),
             contains(R"(the input "a" has the shape [3]; accepted: [n, 3])"));
  CHECK_THAT(refusal_of({{"a", floats({2, 3})}, {"b", whole({4, 7})}}),
             contains(R"(the input "b" has the shape [4, 7]; accepted: [n, ?], with n = 2)"));
  const std::vector<TensorSpec> square{
      {.name = "a", .datatype = Datatype::kFp32, .dimensions = {{any("n"), any("n")}}}};
  CHECK(refusal_of({{"a", floats({2, 2})}}, square) == "none");
  CHECK_THAT(refusal_of({{"a", floats({2, 3})}}, square), contains("accepted: [n, n]"));
}

TEST_CASE("an input without a shape may have any") {
  const std::vector<TensorSpec> specs{
      {.name = "a", .datatype = Datatype::kFp32, .dimensions = std::nullopt}};
  CHECK(refusal_of({{"a", floats({2, 3, 4})}}, specs) == "none");
  CHECK_THAT(refusal_of({{"a", whole({2})}}, specs), contains("accepted: FP32 of any shape"));
}

TEST_CASE("a shape is known once all of its symbols are") {
  CHECK(known_shape(kTwo[0], {}) == std::nullopt);
  CHECK(known_shape(kTwo[0], {{"n", 5}}) == Shape{5, 3});
  CHECK(known_shape(kTwo[1], {{"n", 5}}) == std::nullopt);
}

TEST_CASE("inputs and outputs are JSON as the protocol's metadata has them") {
  CHECK(runtimes::to_json(kTwo) == R"([{"datatype":"FP32","name":"a","shape":[-1,3]},)"
                                   R"({"datatype":"INT64","name":"b","shape":[-1,-1]}])");
}

TensorSpec of_rank(std::size_t rank) {
  return {.name = "y", .dimensions = std::vector<Dimension>(rank)};
}

TEST_CASE("an array of two dimensions is a vector or a scalar where the network wants one") {
  CHECK(array_shape(std::vector{2, 3}, 6, of_rank(2)) == Shape{2, 3});
  CHECK(array_shape(std::vector{1, 3}, 3, of_rank(1)) == Shape{3});
  CHECK(array_shape(std::vector{3, 1}, 3, of_rank(1)) == Shape{3});
  CHECK(array_shape(std::vector{2, 3}, 6, of_rank(1)) == Shape{2, 3});
  CHECK(array_shape(std::vector{1, 1}, 1, of_rank(0)) == Shape{});
  CHECK(array_shape(std::vector{3, 1}, 3, {.name = "y"}) == Shape{3, 1});
}

TEST_CASE("an empty array is no scalar but an error") {
  CHECK_THROWS_AS(array_shape({}, 0, of_rank(0)), NetworkError);
  CHECK_THROWS_WITH(array_shape({}, 0, {.name = "y"}),
                    contains("the output \"y\" in the shape [] with 0 elements"));
}

TEST_CASE("an array of more dimensions than a tensor's is the network's error, not the caller's") {
  CHECK(array_shape(std::vector<int>(8, 1), 1, {.name = "y"}).rank() == 8);
  CHECK_THROWS_AS(array_shape(std::vector<int>(9, 1), 1, {.name = "y"}), NetworkError);
  CHECK_THROWS_WITH(array_shape(std::vector<int>(9, 1), 1, {.name = "y"}),
                    contains("the output \"y\" in 9 dimensions; accepted: up to 8"));
}

}  // namespace
}  // namespace inferpool::test
