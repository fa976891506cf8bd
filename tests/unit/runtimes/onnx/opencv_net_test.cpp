// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_net.hpp"

#include <cstdint>
#include <limits>
#include <opencv2/core/version.hpp>
#include <string>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::OpencvFile;
using runtimes::OpencvNet;
using runtimes::TensorSpec;
using Names = std::vector<std::string>;
using Floats = std::vector<float>;

// The arrays that a net makes of these inputs, which an error calls by these names.
std::vector<Floats> made_by(OpencvNet& net, const Names& names,
                            const std::vector<Tensor>& tensors) {
  std::vector<TensorSpec> specs;
  std::vector<const Tensor*> inputs;
  for (std::size_t i = 0; i < names.size(); ++i) {
    specs.push_back({.name = names[i]});
    inputs.push_back(&tensors[i]);
  }
  std::vector<Floats> made;
  for (const cv::Mat& array : net.run(specs, inputs))
    made.emplace_back(array.ptr<float>(), array.ptr<float>() + array.total());
  return made;
}

Tensor row(const Floats& values) {
  return Tensor::from(values, {1, static_cast<std::int64_t>(values.size())});
}

// a [n, 3] and b [n, 3] make difference = a - b and positive = max(a, 0).
TestModel two_of_each() {
  return {
      .inputs = {{.name = "a", .sizes = {-1, 3}}, {.name = "b", .sizes = {-1, 3}}},
      .outputs = {{.name = "difference", .sizes = {-1, 3}}, {.name = "positive", .sizes = {-1, 3}}},
      .nodes = {{"Sub", {"a", "b"}, {"difference"}}, {"Relu", {"a"}, {"positive"}}}};
}

// x [n, 2] makes y = max(x, 0) * w.
OpencvNet product_net() {
  const TestModel model{.inputs = {{.name = "x", .sizes = {-1, 2}}},
                        .outputs = {{.name = "y", .sizes = {-1, 1}}},
                        .initializers = {{"w", {kFloat, {2, 1}, {10, 100}}}},
                        .nodes = {{"Relu", {"x"}, {"a"}}, {"MatMul", {"a", "w"}, {"y"}}}};
  return OpencvNet(
      OpencvFile{.bytes = file_of(model), .inputs = {"x"}, .outputs = {"y"}, .fuse = false});
}

TEST_CASE("OpenCV is named with its version") {
  CHECK(runtimes::opencv_version() == "OpenCV " CV_VERSION);
}

TEST_CASE("an input with no element, or with more than an int counts, is refused by its name") {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  const TensorSpec spec{.name = "image"};
  CHECK_NOTHROW(runtimes::require_elements(spec, {1, 1}));
  CHECK_NOTHROW(runtimes::require_elements(spec, {1, kMost}));
  CHECK_THROWS_AS(runtimes::require_elements(spec, {1, kMost + 1}), Error);
  CHECK_THROWS_WITH(runtimes::require_elements(spec, {0, 3}),
                    "invalid_argument: the input \"image\" has 0 elements; OpenCV accepts 1 to "
                    "2147483647");
}

TEST_CASE("inputs and outputs are those of the file, in its order") {
  const std::string bytes = file_of(two_of_each());
  const std::vector<Tensor> tensors{row({1, -2, 3}), row({10, 20, 30})};
  OpencvNet net(
      OpencvFile{.bytes = bytes, .inputs = {"a", "b"}, .outputs = {"difference", "positive"}});
  CHECK(made_by(net, {"a", "b"}, tensors) == std::vector<Floats>{{-9, -22, -27}, {1, 0, 3}});
  OpencvNet other(
      OpencvFile{.bytes = bytes, .inputs = {"b", "a"}, .outputs = {"positive", "difference"}});
  CHECK(made_by(other, {"b", "a"}, tensors) == std::vector<Floats>{{10, 20, 30}, {9, 22, 27}});
}

TEST_CASE("numbers of other datatypes go in as FP32, and those that it does not have are refused") {
  OpencvNet net = product_net();
  const auto with = [](std::int64_t first) {
    return Tensor::from(std::vector<std::int64_t>{first, 2}, {1, 2});
  };
  CHECK(made_by(net, {"x"}, {with(7)}) == std::vector<Floats>{{270}});
  CHECK_THROWS_AS(made_by(net, {"whole"}, {with(16777217)}), Error);
  CHECK_THROWS_WITH(made_by(net, {"whole"}, {with(16777217)}),
                    contains("the input \"whole\" has the value 16777217 at element 0"));
  CHECK(made_by(net, {"x"}, {with(1)}) == std::vector<Floats>{{210}});
}

TEST_CASE("what OpenCV cannot read is a fault of the network, told without places in its source") {
  const auto read = [] { const OpencvNet net(OpencvFile{.bytes = "no network"}); };
  CHECK_THROWS_AS(read(), NetworkError);
  CHECK_THROWS_WITH(read(), contains("OpenCV " CV_VERSION ": ") && !contains(".cpp:"));
}

TEST_CASE("the first layer that OpenCV cannot compute is known, and the net goes on afterwards") {
  OpencvNet net = product_net();
  CHECK_THROWS_AS(made_by(net, {"x"}, {row({1, 2, 3})}), NetworkError);
  CHECK_THAT(net.failing_layer(), contains("!y"));
  CHECK(made_by(net, {"x"}, {row({1, 2})}) == std::vector<Floats>{{210}});
  CHECK(net.failing_layer() == "");
}

}  // namespace
}  // namespace inferpool::test
