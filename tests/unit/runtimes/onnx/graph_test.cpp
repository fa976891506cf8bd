// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/graph.hpp"

#include <cstddef>
#include <random>
#include <string>
#include <string_view>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using namespace std::string_view_literals;
using runtimes::Graph;
using runtimes::NetworkError;
using runtimes::read_graph;
using runtimes::TensorSpec;

std::string described(std::span<const TensorSpec> specs) {
  std::string text;
  for (const TensorSpec& spec : specs) text += spec.name + " " + to_string(spec) + "; ";
  return text;
}

std::string complaint_about(std::string_view file) {
  try {
    static_cast<void>(read_graph(file));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE("the graph of an ONNX file has its inputs, outputs and nodes") {
  const Graph graph = read_graph(network_bytes("convolution.onnx"));
  CHECK(described(graph.inputs) == "image FP32 [n, 1, 6, 6]; ");
  CHECK(described(graph.outputs) == "scores FP32 [n, 4]; ");
  std::string ops;
  for (const auto& node : graph.nodes) ops += node.op + " ";
  CHECK(ops == "Conv Relu MaxPool Flatten Gemm Softmax ");
  CHECK(graph.nodes[4].outputs == std::vector<std::string>{"sums"});
  CHECK(read_graph(network_bytes("choice.onnx")).nodes[0].name == "choose");
}

TEST_CASE("inputs and outputs have the datatypes and free dimensions of the ONNX file") {
  const Graph whole = read_graph(network_bytes("whole_numbers.onnx"));
  CHECK(described(whole.inputs) == "i INT64 [n, 3]; j INT64 [n, 3]; ");
  CHECK(described(whole.outputs) == "sum INT64 [n, 3]; halves FP32 [n, 3]; place INT64 [n]; ");
  CHECK(described(read_graph(network_bytes("choice.onnx")).inputs) ==
        "condition BOOL []; x FP32 [1, 4]; ");
  CHECK(described(read_graph(network_bytes("free_image.onnx")).inputs) ==
        "x FP32 [n, 2, height, ?]; ");
  CHECK(described(read_graph(network_bytes("doubles.onnx")).inputs) == "x FP64 [n, 3]; ");
  CHECK(described(read_graph(network_bytes("halves.onnx")).outputs) == "y FP16 [n, 3]; ");
  CHECK(described(read_graph(network_bytes("text.onnx")).inputs) == "s BYTES [1]; ");
}

TEST_CASE("a size of 0 or below stands for any, as does one that is not there") {
  const Graph graph = read_graph(
      "\x3a\x20\x62\x1e\x0a\x01o\x12\x19\x0a\x17\x08\x01\x12\x13"
      "\x0a\x02\x08\x00"
      "\x0a\x0b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
      "\x0a\x00"sv);
  CHECK(described(graph.outputs) == "o FP32 [?, ?, ?]; ");
  // A tensor of FP32 without a shape.
  CHECK(described(read_graph("\x3a\x0b\x62\x09\x0a\x01o\x12\x04\x0a\x02\x08\x01"sv).outputs) ==
        "o FP32 of any shape; ");
}

TEST_CASE("an input that has its value in the ONNX file does not count as one") {
  CHECK(described(read_graph(network_bytes("weights_as_inputs.onnx")).inputs) == "x FP32 [1, 3]; ");
}

TEST_CASE("a file that holds no network is refused with the reason") {
  CHECK_THAT(complaint_about(""), contains("the file is empty"));
  CHECK_THAT(complaint_about("\x08\x07"sv), contains("it has no graph"));
  CHECK_THAT(complaint_about("\x3a\x00\x3a\x00"sv), contains("it has two graphs"));
  CHECK_THAT(complaint_about("\x3a\x00"sv), contains("its graph has no outputs"));
  CHECK_THAT(complaint_about("\x3a\x02\x5a\x00"sv), contains("an input has no name"));
  CHECK_THAT(complaint_about("\x38\x01"sv), contains("the field 7 is a number"));
}

TEST_CASE("inputs and outputs that cannot be tensors are refused with their names") {
  // An output "o" without a type, of a sequence, and of a tensor of ONNX's complex64.
  CHECK_THAT(complaint_about("\x3a\x05\x62\x03\x0a\x01o"sv),
             contains("the output \"o\": it is not a tensor"));
  CHECK_THAT(complaint_about("\x3a\x09\x62\x07\x0a\x01o\x12\x02\x22\x00"sv),
             contains("the output \"o\": it is a sequence, not a tensor"));
  CHECK_THAT(complaint_about("\x3a\x0b\x62\x09\x0a\x01o\x12\x04\x0a\x02\x08\x0e"sv),
             contains("the output \"o\": its element type is ONNX's number 14"));
  // Two outputs "o" of FP32.
  CHECK_THAT(complaint_about("\x3a\x16\x62\x09\x0a\x01o\x12\x04\x0a\x02\x08\x01"
                             "\x62\x09\x0a\x01o\x12\x04\x0a\x02\x08\x01"sv),
             contains("two outputs are called \"o\""));
  // One of FP32 with nine dimensions.
  std::string shape;
  for (int i = 0; i < 9; ++i) shape += "\x0a\x02\x08\x01"sv;
  const std::string file = "\x3a\x31\x62\x2f\x0a\x01o\x12\x2a\x0a\x28\x08\x01\x12\x24" + shape;
  CHECK_THAT(complaint_about(file), contains("the output \"o\": it has more than 8 dimensions"));
}

TEST_CASE("outputs that are no tensors may be told apart from those that are", "[W21]") {
  const std::string element = text(1, number(1, 1));
  const std::string file = model(
      text(2, "all kinds") + text(12, port("t", 1, {-1})) +
      text(12, other_port("s", 4, text(1, element))) + text(12, other_port("m", 5, number(1, 7))) +
      text(12, other_port("p", 8, number(1, 1))) + text(12, other_port("o", 9, text(1, element))) +
      text(12, port("c", 14, {-1})));
  std::vector<runtimes::OtherOutput> others;
  const Graph graph = read_graph(file, &others);
  REQUIRE(graph.outputs.size() == 1);
  CHECK(graph.outputs[0].name == "t");
  const char* const kinds[] = {"a sequence, not a tensor", "a map, not a tensor",
                               "a sparse tensor, not a dense one",
                               "an optional value, not a tensor"};
  REQUIRE(others.size() == 5);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(others[i].why == std::string("it is ") + kinds[i]);
  }
  CHECK_THAT(others[4].why, contains("element type is ONNX's number 14"));
  CHECK_THROWS_WITH(read_graph(file), contains("the output \"s\": it is a sequence, not a tensor"));
}

TEST_CASE("an ONNX file cut off anywhere is no network, or one with fewer fields") {
  for (const char* name : {"convolution.onnx", "choice.onnx"}) {
    const std::string whole = network_bytes(name);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // A copy of exactly this size, so that a sanitizer sees an access past it.
      const std::string part = whole.substr(0, size);
      try {
        const Graph graph = read_graph(part);
        CHECK(graph.outputs.size() == 1);
      } catch (const NetworkError& error) {
        CHECK(std::string_view(error.what()) != "");
      }
    }
  }
}

TEST_CASE("an ONNX file with any bytes changed is a network or is refused") {
  std::mt19937 random(11);
  for (const char* name : {"convolution.onnx", "whole_numbers.onnx", "free_image.onnx"}) {
    const std::string whole = network_bytes(name);
    int refused = 0;
    for (unsigned round = 0; round < 3000; ++round) {
      std::string file = whole;
      for (unsigned n = 0; n <= round % 4; ++n) {
        file[random() % file.size()] = static_cast<char>(random());
      }
      try {
        static_cast<void>(read_graph(file));
      } catch (const NetworkError&) {
        ++refused;
      }
    }
    CHECK(refused > 0);
    CHECK(refused < 3000);
  }
}

}  // namespace
}  // namespace inferpool::test
