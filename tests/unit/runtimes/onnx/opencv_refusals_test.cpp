// SPDX-License-Identifier: Apache-2.0
// Networks that would pass if only the names of their nodes were checked.
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/opencv_network.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::open_opencv_network;

std::string complaint_about(const std::string& file) {
  try {
    static_cast<void>(open_opencv_network(file, 1));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("arithmetic with whole numbers is refused when the network is loaded", "[W2]") {
  CHECK_THAT(
      complaint_about(network_bytes("whole_numbers.onnx")),
      contains("the node \"sum\" (Add) with operands of the shapes [1, 3], [1, 3]: OpenCV") &&
          contains("its operand 0 \"i\" is computed, of ONNX's element type 7") &&
          contains("or serve it with ONNX Runtime"));
  CHECK_THAT(complaint_about(network_bytes("quotient.onnx")), contains("(Div)"));
  TestModel model{.inputs = {{.name = "x", .type = kInt64, .sizes = {-1, 3}}},
                  .outputs = {{.name = "y", .type = kInt64, .sizes = {-1, 3}}},
                  .initializers = {{"five", {kInt64, {1}, {5}}}},
                  .nodes = {{"Add", {"x", "five"}, {"y"}}}};
  CHECK_THAT(complaint_about(file_of(model)), contains("the node \"y\" (Add)"));
}

// x [n, 3, 5, 7] -> y of the same shape.
TestModel image_model(TestNode node, int opset = 13) {
  node.inputs.insert(node.inputs.begin(), "x");
  node.outputs = {"y"};
  return {.opset = opset,
          .inputs = {{.name = "x", .sizes = {-1, 3, 5, 7}}},
          .outputs = {{.name = "y", .sizes = {-1, 3, 5, 7}}},
          .nodes = {std::move(node)}};
}

TEST_CASE("what subtracts or adds one number per channel is right for each batch", "[W3]") {
  TestModel model = image_model({"Sub", {"mean"}, {}});
  model.initializers = {{"mean", {kFloat, {1, 3, 1, 1}, {0.25, 0.5, 1}}}};
  const auto network = open_opencv_network(file_of(model), 1);
  for (const std::int64_t batch : {1, 3, 2, 5}) {
    CAPTURE(batch);
    const Tensor ones = Tensor::from(std::vector<float>(static_cast<std::size_t>(batch * 105), 1.F),
                                     {batch, 3, 5, 7});
    const auto outputs = outputs_of(*network, {{"x", ones}});
    REQUIRE(outputs[0].shape() == ones.shape());
    for (std::size_t i = 0; i < outputs[0].values<float>().size(); ++i) {
      constexpr float kWanted[] = {0.75F, 0.5F, 0};
      REQUIRE(outputs[0].values<float>()[i] == kWanted[i / 35 % 3]);
    }
  }
}

TEST_CASE("forms of nodes that OpenCV gets wrong are refused when the network is loaded", "[W4]") {
  const std::vector<TestAttribute> window{{"kernel_shape", Sizes{3, 3}},
                                          {"pads", Sizes{1, 1, 1, 1}}};
  auto counted = window;
  counted.push_back({"count_include_pad", std::int64_t{1}});
  CHECK_THAT(complaint_about(file_of(image_model({"AveragePool", {}, {}, counted}))),
             contains("the node \"y\" (AveragePool)") &&
                 contains("since this does not hold: count_include_pad is 0"));
  auto dilated = window;
  dilated.push_back({"dilations", Sizes{2, 1}});
  CHECK_THAT(complaint_about(file_of(image_model({"MaxPool", {}, {}, dilated}))),
             contains("(MaxPool)") && contains("since this does not hold: the dilations are 1"));
  CHECK_THAT(complaint_about(file_of(image_model({"Softmax", {}, {}}, 11))),
             contains("(Softmax)") && contains("since this does not hold: it goes along one axis"));
  TestModel quotient = image_model({"Div", {}, {}});
  quotient.nodes[0].inputs = {"two", "x"};
  quotient.initializers = {{"two", {kFloat, {3, 1, 1}, {2, 3, 4}}}};
  CHECK_THAT(complaint_about(file_of(quotient)),
             contains("(Div)") && contains("its operand 0 \"two\" is a constant"));
}

TEST_CASE("a network that fails for each size of its free dimensions is not opened", "[W6]") {
  TestModel model{.inputs = {{.name = "x", .sizes = {-1, 1, -1}, .symbol = ""}},
                  .outputs = {{.name = "y", .sizes = {-1, 1, -1}, .symbol = ""}},
                  .nodes = {{"Relu", {"x"}, {"active"}}, {"STFT", {"active"}, {"y"}}}};
  CHECK_THAT(complaint_about(file_of(model)),
             contains("the node \"y\" (STFT)") && contains("not trusted with this operator"));
  model.nodes[1].op = "Tanh";
  CHECK(complaint_about(file_of(model)) == "none");
}

TEST_CASE("free sizes that only constants tell are found when a network is tried out", "[W6]") {
  TestModel model{.inputs = {{.name = "x", .sizes = {-1, -1}, .symbol = ""}},
                  .outputs = {{.name = "y", .sizes = {-1, 2}, .symbol = ""}},
                  .initializers = {{"w", {kFloat, {13, 2}, std::vector<double>(26, 1)}}},
                  .nodes = {{"MatMul", {"x", "w"}, {"y"}}}};
  const auto network = open_opencv_network(file_of(model), 1);
  const Tensor x = Tensor::from(std::vector<float>(26, 0.5F), {2, 13});
  CHECK(outputs_of(*network, {{"x", x}})[0] == Tensor::from(std::vector<float>(4, 6.5F), {2, 2}));
  CHECK_THROWS_WITH(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {2, 12})}}),
                    contains("the node \"y\" (MatMul) does not fit its operands"));
}

}  // namespace
}  // namespace inferpool::test
