// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_file.hpp"

#include <cstddef>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/opencv_network.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/reference.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::NodeGraph;
using runtimes::OpencvFile;

struct Written {
  OpencvFile file;
  NodeGraph graph;  // as it is read again, from the bytes of `file`
  std::vector<std::string> operators = {};
};

// What is written of a model for inputs of its own shapes, with 5 for each free size.
Written written(const TestModel& model, bool free_batch) {
  const std::string bytes = file_of(model);
  const runtimes::Graph specs = runtimes::read_graph(bytes);
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Shape> shapes;
  for (const TestInput& input : model.inputs) {
    inputs.push_back(input.name);
    Sizes sizes = input.sizes;
    for (std::int64_t& size : sizes) size = size < 0 ? 5 : size;
    shapes.emplace_back(sizes);
  }
  for (const TestInput& output : model.outputs) outputs.push_back(output.name);
  const NodeGraph graph = runtimes::read_node_graph(bytes, inputs, outputs);
  const auto plan = runtimes::plan_network(graph, specs.inputs, specs.outputs, shapes);
  Written result{opencv_file(graph, plan, specs.inputs, specs.outputs, free_batch), {}};
  result.graph =
      runtimes::read_node_graph(result.file.bytes, result.file.inputs, result.file.outputs);
  for (const auto& node : result.graph.nodes) result.operators.push_back(node.op);
  return result;
}

using Names = std::vector<std::string>;

TestModel through(std::vector<TestNode> nodes, const Sizes& sizes = {-1, 3, 1}) {
  return {.inputs = {{.name = "x", .sizes = sizes}},
          .outputs = {{.name = "y", .sizes = sizes}},
          .initializers = {{"two", {kFloat, {}, {2}}}, {"half", {kFloat, {1}, {0.5}}}},
          .nodes = std::move(nodes)};
}

TEST_CASE("values are numbered and nodes keep their order, whatever the network calls them") {
  const Written file = written(through({{"Relu", {"x"}, {"a name/of: its own"}},
                                        {"Mul", {"a name/of: its own", "two"}, {"y"}}}),
                               false);
  CHECK(file.operators == Names{"Relu", "Mul"});
  CHECK(file.file.inputs == Names{"x0"});
  CHECK(file.file.outputs == Names{"v1"});
  CHECK(file.graph.nodes[1].inputs == Names{"v0", "c1_1"});
  CHECK(file.graph.constants.at("c1_1").floats() == std::vector<float>{2});
}

TEST_CASE(
    "the first size of inputs and outputs is free where the batch is, else that of the plan") {
  const TestModel model = through({{"Relu", {"x"}, {"y"}}});
  for (const bool free_batch : {true, false}) {
    const std::string bytes = written(model, free_batch).file.bytes;
    const runtimes::Graph specs = runtimes::read_graph(bytes);
    for (const auto& spec : {specs.inputs.at(0), specs.outputs.at(0)}) {
      CHECK(spec.dimensions->at(0).size.has_value() != free_batch);
      CHECK(spec.dimensions->at(1).size == 3);
    }
  }
}

TEST_CASE("a layer of OpenCV's is known by the node it is made of") {
  const TestModel model = through({{"Relu", {"x"}, {"v"}}, {"Tanh", {"v"}, {"y"}}});
  const std::string bytes = file_of(model);
  const runtimes::Graph specs = runtimes::read_graph(bytes);
  const NodeGraph graph = runtimes::read_node_graph(bytes, {"x"}, {"y"});
  const auto plan = runtimes::plan_network(graph, specs.inputs, specs.outputs, {Shape{1, 3, 1}});
  REQUIRE(runtimes::node_of_layer(plan, "onnx_node_output_0!v1") != nullptr);
  CHECK(runtimes::node_of_layer(plan, "onnx_node_output_0!v1")->op == "Tanh");
  CHECK(runtimes::node_of_layer(plan, "onnx_node_output_0!v0_1i")->op == "Relu");
  CHECK(runtimes::node_of_layer(plan, "onnx_node_output_0!v2") == nullptr);
  CHECK(runtimes::node_of_layer(plan, "another layer") == nullptr);
}

// Networks in which OpenCV's importer would fuse several nodes into one.
const std::vector<TestNode> kCelu{
    {"Div", {"x", "two"}, {"a"}}, {"Elu", {"a"}, {"b"}}, {"Mul", {"half", "b"}, {"y"}}};
const std::vector<TestNode> kCeluOfValues{{"Exp", {"x"}, {"e"}},
                                          {"Div", {"x", "e"}, {"a"}},
                                          {"Elu", {"a"}, {"b"}},
                                          {"Mul", {"b", "x"}, {"y"}}};
const std::vector<TestNode> kSoftmax{{"Exp", {"x"}, {"a"}},
                                     {"ReduceSum", {"a"}, {"b"}, {{"axes", Sizes{2}}}},
                                     {"Div", {"a", "b"}, {"y"}}};
const std::vector<TestNode> kNorm{
    {"Mul", {"x", "x"}, {"a"}}, {"ReduceSum", {"a"}, {"b"}, {{"axes", Sizes{2}}}},
    {"Exp", {"x"}, {"e"}},      {"Max", {"b", "e"}, {"c"}},
    {"Sqrt", {"c"}, {"d"}},     {"Reciprocal", {"d"}, {"r"}},
    {"Mul", {"x", "r"}, {"y"}}};
const std::vector<TestNode> kHardSwish{
    {"HardSigmoid", {"x"}, {"a"}, {{"alpha", 1.F / 6}, {"beta", 0.5F}}},
    {"Mul", {"x", "a"}, {"y"}}};

TEST_CASE("an Identity holds apart what OpenCV's importer takes for one node", "[W4]") {
  const auto operators = [](const std::vector<TestNode>& nodes) {
    TestModel model = through(nodes);
    model.opset = 11;
    return written(model, true).operators;
  };
  CHECK(operators(kCelu) == Names{"Div", "Elu", "Identity", "Mul"});
  CHECK(operators(kSoftmax) == Names{"Exp", "Identity", "ReduceSum", "Div"});
  CHECK(operators(kHardSwish) == Names{"HardSigmoid", "Identity", "Mul"});
  CHECK(operators({{"Sqrt", {"x"}, {"a"}}, {"Div", {"x", "a"}, {"y"}}}) ==
        Names{"Sqrt", "Identity", "Div"});
  CHECK(operators(kNorm)[1] == "Identity");
  // Nothing else is held apart: layers are fused where that is right, which is quicker.
  CHECK(operators({{"Elu", {"x"}, {"a"}}, {"Add", {"a", "x"}, {"y"}}}) == Names{"Elu", "Add"});
}

TEST_CASE("what OpenCV's importer takes for one node is right, and ends no process", "[W4]") {
  std::mt19937 random(7);
  for (const auto& nodes : {kCelu, kCeluOfValues, kSoftmax, kNorm, kHardSwish}) {
    TestModel model = through(nodes);
    model.opset = 11;
    CAPTURE(described(model));
    const auto network = runtimes::open_opencv_network(file_of(model), 1);
    for (const std::int64_t batch : {1, 3, 2}) {
      std::vector<float> values(static_cast<std::size_t>(batch * 3));
      for (float& value : values) {
        value = std::uniform_real_distribution<float>(-1.5, 1.5)(random);
      }
      const Array x{kFloat, {batch, 3, 1}, {values.begin(), values.end()}};
      const Array wanted = evaluated(model, {{"x", x}}).at("y");
      const auto outputs = outputs_of(*network, {{"x", Tensor::from(values, {batch, 3, 1})}});
      for (std::size_t i = 0; i < values.size(); ++i) {
        CHECK(outputs[0].values<float>()[i] == Approx(wanted.values[i]).margin(1e-6));
      }
    }
  }
}

}  // namespace
}  // namespace inferpool::test
