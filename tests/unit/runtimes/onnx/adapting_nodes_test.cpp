// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/adapting_nodes.hpp"

#include "catch.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using runtimes::adapts_to_batch;
using runtimes::Graph;
using runtimes::read_graph;

bool adapts(const std::string& name) { return adapts_to_batch(read_graph(network_bytes(name))); }

TEST_CASE("a network of layers adapts to the batch") {
  CHECK(adapts("convolution.onnx"));
  CHECK(adapts("two_by_two.onnx"));
}

TEST_CASE("a network with a node for which OpenCV may fix a shape does not adapt") {
  CHECK_FALSE(adapts("shape_reader.onnx"));
  CHECK_FALSE(adapts("fixed_reshape.onnx"));
  CHECK_FALSE(adapts("whole_numbers.onnx"));
}

TEST_CASE("a network with other free dimensions than one batch does not adapt") {
  CHECK_FALSE(adapts("free_image.onnx"));
  Graph graph = read_graph(network_bytes("two_by_two.onnx"));
  (*graph.inputs[1].dimensions)[0].symbol = "m";
  CHECK_FALSE(adapts_to_batch(graph));
  for (auto& input : graph.inputs) (*input.dimensions)[0].symbol.clear();
  CHECK_FALSE(adapts_to_batch(graph));
  graph.inputs[1].dimensions.reset();
  CHECK_FALSE(adapts_to_batch(graph));
}

TEST_CASE("a network of fixed shapes needs not adapt") { CHECK(adapts("uneven_split.onnx")); }

}  // namespace
}  // namespace inferpool::test
