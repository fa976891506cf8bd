// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/fixed_shapes.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using runtimes::Graph;
using runtimes::read_graph;
using runtimes::with_shapes;

TEST_CASE("an ONNX file with other shapes of its inputs is the same file otherwise") {
  const std::string file = network_bytes("whole_numbers.onnx");
  const Graph graph = read_graph(file);
  const std::vector<Shape> shapes{{200, 3}, {5}};
  const Graph other = read_graph(with_shapes(file, graph.inputs, shapes));
  CHECK(to_string(other.inputs[0]) == "INT64 [200, 3]");
  CHECK(to_string(other.inputs[1]) == "INT64 [5]");
  CHECK(other.outputs.size() == graph.outputs.size());
  CHECK(to_string(other.outputs[0]) == "INT64 [n, 3]");
  CHECK(other.nodes.size() == graph.nodes.size());
}

TEST_CASE("an ONNX file whose inputs keep their sizes keeps its bytes") {
  const std::string file = network_bytes("weights_as_inputs.onnx");
  const std::vector<Shape> shapes{{1, 3}};
  CHECK(with_shapes(file, read_graph(file).inputs, shapes) == file);
}

}  // namespace
}  // namespace inferpool::test
