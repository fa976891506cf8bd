// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/network_plan.hpp"

#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::NetworkPlan;

// A network x [n, 3, 4] -> y, and a plan of it for a batch.
struct Planned {
  std::string file;
  runtimes::Graph specs;
  runtimes::NodeGraph graph;
  NetworkPlan plan;
};

Planned planned(std::vector<TestNode> nodes, const Sizes& output, std::int64_t batch = 2,
                int type = kFloat) {
  const TestModel model{.inputs = {{.name = "x", .sizes = {-1, 3, 4}}},
                        .outputs = {{.name = "y", .type = type, .sizes = output}},
                        .initializers = {{"w", {kFloat, {3}, {1, 2, 3}}},
                                         {"one", {kInt64, {1}, {1}}},
                                         {"first", {kInt64, {}, {0}}},
                                         {"rest", {kInt64, {1}, {12}}},
                                         {"axes", {kInt64, {1}, {1}}}},
                        .nodes = std::move(nodes)};
  Planned result{file_of(model), {}, {}, {}};
  result.specs = runtimes::read_graph(result.file);
  result.graph = runtimes::read_node_graph(result.file, {"x"}, {"y"});
  result.plan = runtimes::plan_network(result.graph, result.specs.inputs, result.specs.outputs,
                                       {Shape{batch, 3, 4}});
  return result;
}

std::vector<std::string> operators(const NetworkPlan& plan) {
  std::vector<std::string> names;
  for (const auto& node : plan.nodes) names.push_back(node.node->op);
  return names;
}

using Names = std::vector<std::string>;

TEST_CASE("shapes are followed through the nodes, for the batch that is asked for") {
  for (const std::int64_t batch : {1, 5}) {
    const Planned one =
        planned({{"Relu", {"x"}, {"v"}}, {"Flatten", {"v"}, {"y"}}}, {-1, 12}, batch);
    CHECK(operators(one.plan) == Names{"Relu", "Flatten"});
    CHECK(one.plan.values.at("v").sizes == runtimes::Sizes{batch, 3, 4});
    CHECK(one.plan.values.at("y").sizes == runtimes::Sizes{batch, 12});
    CHECK(one.plan.any_batch);
  }
}

TEST_CASE("OpenCV is given no node for the arithmetic of shapes") {
  const Planned one =
      planned({{"Shape", {"x"}, {"shape"}},
               {"Gather", {"shape", "first"}, {"n"}},
               {"Unsqueeze", {"n", "first"}, {"batch"}},
               {"Concat", {"batch", "rest"}, {"target"}, {{"axis", std::int64_t{0}}}},
               {"Reshape", {"x", "target"}, {"y"}}},
              {-1, 12});
  CHECK(operators(one.plan) == Names{"Reshape"});
  CHECK(one.plan.values.at("target").whole == runtimes::Sizes{2, 12});
  CHECK_FALSE(one.plan.any_batch);  // the target was read for this batch
}

TEST_CASE("a constant behind nodes that only change its shape is a constant") {
  const Planned one = planned({{"Identity", {"w"}, {"shared"}},
                               {"Unsqueeze", {"shared", "axes"}, {"column"}},
                               {"Mul", {"x", "column"}, {"y"}}},
                              {-1, 3, 4});
  CHECK(operators(one.plan) == Names{"Mul"});
  CHECK(one.plan.values.at("column").sizes == runtimes::Sizes{3, 1});
  CHECK(one.plan.values.at("column").constant == one.plan.values.at("w").constant);
}

TEST_CASE("the output of a node has a type, by which the next node is judged") {
  CHECK(planned({{"ArgMax", {"x"}, {"y"}, {{"axis", std::int64_t{1}}}}}, {-1, 1, 4}, 2, kInt64)
            .plan.values.at("y")
            .type == 7U);
  CHECK_THROWS_WITH(
      planned({{"ArgMax", {"x"}, {"a"}, {{"axis", std::int64_t{1}}}}, {"Relu", {"a"}, {"y"}}},
              {-1, 1, 4}),
      contains("its operand 0 \"a\" is computed, of ONNX's element type 7"));
}

TEST_CASE("outputs that OpenCV does not compute are refused by name") {
  CHECK_THROWS_WITH(planned({{"Relu", {"x"}, {"v"}}, {"Identity", {"w"}, {"y"}}}, {3}),
                    contains("its output \"y\" is a constant or made of shapes"));
  CHECK_THROWS_WITH(planned({{"Shape", {"x"}, {"y"}}}, {3}, 2, kInt64),
                    contains("its output \"y\" is a constant or made of shapes"));
  CHECK_THROWS_WITH(planned({{"Relu", {"x"}, {"y"}}}, {-1, 3, 4}, 2, kInt64),
                    contains("its output \"y\" is declared INT64, but made of another kind"));
}

TEST_CASE("shapes that the network itself does not allow are told apart from what is not trusted") {
  const std::vector<TestNode> nodes{{"Reshape", {"x", "rest"}, {"y"}}};
  CHECK_NOTHROW(planned(nodes, {12}, 1));
  CHECK_THROWS_AS(planned(nodes, {12}, 2), runtimes::UnfitShapes);
  try {
    static_cast<void>(planned({{"LSTM", {"x"}, {"y"}}}, {-1, 3, 4}));
    FAIL("it is planned");
  } catch (const runtimes::UnfitShapes&) {
    FAIL("it is told as a matter of shapes");
  } catch (const NetworkError& error) {
    CHECK_THAT(error.what(), contains("not trusted with this operator"));
  }
}

}  // namespace
}  // namespace inferpool::test
