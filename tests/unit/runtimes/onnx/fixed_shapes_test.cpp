// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/fixed_shapes.hpp"

#include <random>
#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/network.hpp"
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

TEST_CASE("any ONNX file that has a graph has it with other shapes, too") {
  std::mt19937 random(12);
  const std::string whole = network_bytes("free_image.onnx");
  int read = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string file = whole;
    file[random() % file.size()] = static_cast<char>(random());
    std::vector<runtimes::TensorSpec> inputs;
    try {
      inputs = read_graph(file).inputs;
    } catch (const runtimes::NetworkError&) {
      continue;
    }
    ++read;
    const std::vector<Shape> shapes(inputs.size(), Shape{2, 3});
    for (const auto& input : read_graph(with_shapes(file, inputs, shapes)).inputs) {
      CHECK(runtimes::known_shape(input, {}) == Shape{2, 3});
    }
  }
  CHECK(read > 100);
}

}  // namespace
}  // namespace inferpool::test
