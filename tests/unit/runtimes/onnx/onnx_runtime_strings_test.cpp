// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_strings.hpp"

#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::ort::string_tensor;
using runtimes::ort::string_value;
using namespace std::string_view_literals;

TEST_CASE("texts go to ONNX Runtime and come back, empty ones and those of no bytes as well") {
  const std::vector<std::string_view> texts{"", "a", "two words", "\xc3\xa9\n", "", "last"};
  const Tensor tensor = Tensor::from_strings(texts, {2, 3});
  CHECK(string_tensor(string_value(tensor).get()) == tensor);
  const Tensor none = Tensor::from_strings(std::vector<std::string_view>{}, {0, 4});
  CHECK(string_tensor(string_value(none).get()) == none);
}

TEST_CASE("a text that ONNX Runtime would cut off is refused with its place") {
  const std::vector<std::string_view> texts{"whole", "cut\0off"sv};
  const Tensor tensor = Tensor::from_strings(texts);
  CHECK_THROWS_AS(string_value(tensor), Error);
  CHECK_THROWS_WITH(string_value(tensor),
                    contains("the element 1 of a BYTES tensor has a zero byte"));
}

}  // namespace
}  // namespace inferpool::test
