// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/fusion.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

// x [2, 3] -> y, through these nodes; c is a constant with one element for each channel.
bool fuses(const std::vector<TestNode>& nodes) {
  const TestModel model{.inputs = {{.name = "x", .sizes = {2, 3}}},
                        .outputs = {{.name = "y", .sizes = {2, 3}}},
                        .initializers = {{"c", {kFloat, {3}, {1, 2, 3}}}},
                        .nodes = nodes};
  const std::string file = file_of(model);
  const runtimes::Graph specs = runtimes::read_graph(file);
  const runtimes::NodeGraph graph = runtimes::read_node_graph(file, {"x"}, {"y"});
  return may_fuse(runtimes::plan_network(graph, specs.inputs, specs.outputs, {Shape{2, 3}}));
}

const TestNode kNormalization{"BatchNormalization", {"v", "c", "c", "c", "c"}, {"y"}};

TEST_CASE("OpenCV does not fuse a per-channel operation after a sum") {
  CHECK_FALSE(fuses({{"Add", {"x", "x"}, {"v"}}, kNormalization}));
  CHECK_FALSE(fuses({{"Mul", {"x", "x"}, {"a"}}, {"Relu", {"a"}, {"v"}}, kNormalization}));
  CHECK_FALSE(fuses({{"Add", {"x", "x"}, {"v"}}, {"Mul", {"v", "c"}, {"y"}}}));
  CHECK_FALSE(fuses({{"Add", {"x", "x"}, {"v"}}, {"PRelu", {"v", "c"}, {"y"}}}));
}

TEST_CASE("OpenCV fuses a per-channel operation after layers, and sums behind it") {
  CHECK(fuses({{"Relu", {"x"}, {"v"}}, kNormalization}));
  CHECK(fuses({{"Mul", {"x", "c"}, {"v"}}, {"Add", {"v", "x"}, {"y"}}}));
  CHECK(fuses({{"Add", {"x", "x"}, {"v"}}, {"Relu", {"v"}, {"y"}}}));
}

}  // namespace
}  // namespace inferpool::test
