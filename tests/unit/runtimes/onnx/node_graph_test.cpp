// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/node_graph.hpp"

#include <string>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::NodeGraph;
using runtimes::read_node_graph;

const std::vector<std::string> kInputs{"x"};
const std::vector<std::string> kOutputs{"y"};

std::string complaint_about(const std::string& file) {
  try {
    static_cast<void>(read_node_graph(file, kInputs, kOutputs));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

const TestNode kAdd{"Add", {"x", "w"}, {"y"}};
const Array kWeights{kFloat, {2}, {1, 2}};

// A graph of one node and one initializer, with more fields behind.
std::string graph_with(const std::string& fields, const TestNode& node = kAdd,
                       const std::string& tensor = tensor_message("w", kWeights)) {
  return wire_bytes(1, node_message(node)) + wire_bytes(5, tensor) + fields;
}

TEST_CASE("the nodes of an ONNX file have their operands, attributes and constants") {
  const std::string file = network_bytes("convolution.onnx");
  const NodeGraph graph = read_node_graph(file, {"image"}, {"scores"});
  CHECK(graph.opset == 13);
  REQUIRE(graph.nodes.size() == 6);
  CHECK(graph.nodes[0].inputs == std::vector<std::string>{"image", "filters", "shift"});
  CHECK(graph.nodes[0].numbers("pads") == runtimes::Sizes{1, 1, 1, 1});
  CHECK(graph.nodes[4].number("transB", 0) == 1);
  CHECK(graph.nodes[4].label() == "the node \"sums\" (Gemm)");
  CHECK(graph.constants.at("weights").sizes == runtimes::Sizes{4, 27});
  CHECK(graph.constants.at("weights").floats().size() == 108);
}

TEST_CASE("weights that lie in another file are refused in words", "[W5]") {
  const std::string entry = wire_bytes(1, "location") + wire_bytes(2, "net.onnx_data");
  const std::string tensor = wire_number(1, 2) + wire_number(2, 1) + wire_bytes(8, "w") +
                             wire_bytes(13, entry) + wire_number(14, 1);
  CHECK_THAT(
      complaint_about(model_message(graph_with("", kAdd, tensor), 13)),
      contains("the constant \"w\" lies in another file (\"net.onnx_data\": external data)") &&
          contains("external_data=False") && contains("or serve it with ONNX Runtime"));
  // In a node's attribute, too.
  TestNode node{"Constant", {}, {"y"}};
  std::string message =
      node_message(node) + wire_bytes(5, wire_bytes(1, "value") + wire_bytes(5, tensor));
  CHECK_THAT(complaint_about(model_message(wire_bytes(1, message), 13)), contains("external data"));
}

TEST_CASE("constants that are not as OpenCV takes them are refused with their names", "[W5]") {
  const auto complaint = [](const std::string& tensor) {
    return complaint_about(model_message(graph_with("", kAdd, tensor), 13));
  };
  CHECK_THAT(complaint(tensor_message("w", {kFloat, {2, 0}, {}})),
             contains("the constant \"w\" of the shape [2, 0] has no elements"));
  CHECK_THAT(complaint(tensor_message("w", {kFloat, {3}, {1, 2}})),
             contains("has 2 elements; its shape needs 3"));
  CHECK_THAT(complaint(tensor_message("w", {kUint8, {2}, {1, 2}})),
             contains("ONNX's element type 2"));
  CHECK_THAT(complaint(tensor_message("w", {22, {2}, {1, 2}})), contains("ONNX's element type 22"));
  CHECK_THAT(complaint(tensor_message("", kWeights)), contains("an initializer has no name"));
  CHECK_THAT(complaint(tensor_message("w", {kFloat, {1 << 30, 1 << 30}, {1}})),
             contains("more elements"));
}

TEST_CASE("what a file may have but OpenCV is not given is refused by its name", "[W5]") {
  const auto with_model = [](const std::string& fields) {
    return complaint_about(model_message(graph_with(""), 13) + fields);
  };
  CHECK(with_model("") == "none");
  CHECK(with_model(wire_bytes(2, "a program") + wire_bytes(14, "")) == "none");
  CHECK_THAT(with_model(wire_bytes(20, "")), contains("training information"));
  CHECK_THAT(with_model(wire_bytes(25, "")), contains("functions of its own"));
  CHECK_THAT(with_model(wire_bytes(26, "")), contains("it has the field 26"));
  CHECK_THAT(with_model(wire_number(1, 99)), contains("its format is ONNX's version 99"));
  CHECK_THAT(complaint_about(model_message(graph_with(""), 22)), contains("opset 22"));
  CHECK_THAT(complaint_about(model_message(graph_with(""), 6)), contains("opset 6"));
  CHECK_THAT(complaint_about(model_message(graph_with(wire_bytes(15, "")), 13)),
             contains("a sparse initializer"));
  TestNode other = kAdd;
  other.domain = "com.example";
  CHECK_THAT(complaint_about(model_message(graph_with("", other), 13)),
             contains("the node \"y\" (Add) is of the operators of \"com.example\""));
  // A domain that no node uses is no reason to refuse.
  const std::string domain = wire_bytes(8, wire_bytes(1, "ai.onnx.ml") + wire_number(2, 3));
  CHECK(with_model(domain) == "none");
}

TEST_CASE("names that nothing makes, or that are made twice, are refused", "[W5]") {
  const auto complaint = [](const TestNode& node, const std::string& more = {}) {
    return complaint_about(model_message(graph_with(more, node), 13));
  };
  CHECK_THAT(complaint({"Add", {"x", "v"}, {"y"}}), contains("takes \"v\", which nothing makes"));
  CHECK_THAT(complaint({"Add", {"x", "w"}, {"z"}}), contains("nothing makes its output \"y\""));
  CHECK_THAT(complaint({"Add", {"x", "w"}, {"w"}}),
             contains("makes \"w\", which is there already"));
  CHECK_THAT(complaint(kAdd, wire_bytes(1, node_message(kAdd))),
             contains("which is there already"));
  CHECK_THAT(complaint(kAdd, wire_bytes(5, tensor_message("w", kWeights))),
             contains("two initializers are called \"w\""));
}

TEST_CASE("outputs that nothing uses are dropped, except for operators that count theirs") {
  const auto outputs = [](const TestNode& node, const TestNode& last) {
    const std::string nodes = wire_bytes(1, node_message(node)) + wire_bytes(1, node_message(last));
    const std::string tensor = wire_bytes(5, tensor_message("w", kWeights));
    const std::string file = model_message(nodes + tensor, 13);
    return read_node_graph(file, kInputs, kOutputs).nodes[0].outputs;
  };
  using Names = std::vector<std::string>;
  const TestNode relu{"Relu", {"v"}, {"y"}};
  CHECK(outputs({"Dropout", {"x"}, {"v", "mask"}}, relu) == Names{"v"});
  CHECK(outputs({"MaxPool", {"x"}, {"v", "places"}}, relu) == Names{"v"});
  CHECK(outputs({"BatchNormalization", {"x"}, {"v", "", ""}}, relu) == Names{"v"});
  CHECK(outputs({"Dropout", {"x"}, {"v", "m"}}, {"Add", {"v", "m"}, {"y"}}) == Names{"v", "m"});
  CHECK(outputs({"Dropout", {"x"}, {"v", "y"}}, {"Relu", {"v"}, {"z"}}) == Names{"v", "y"});
  CHECK(outputs({"BatchNormalization", {"x"}, {"v", "mean"}}, relu) == Names{"v", "mean"});
  CHECK(outputs({"Split", {"x"}, {"v", "rest"}}, relu) == Names{"v", "rest"});
}

TEST_CASE("constants are read however the file holds them") {
  const auto floats = [](const std::string& fields) {
    const std::string tensor = wire_number(1, 2) + wire_bytes(8, "w") + fields;
    const std::string file = model_message(graph_with("", kAdd, tensor), 13);
    return read_node_graph(file, kInputs, kOutputs).constants.at("w").floats();
  };
  const std::vector<float> wanted{1, 2};
  using namespace std::string_literals;
  CHECK(floats(wire_number(2, 1) + wire_bytes(4, "\0\0\x80\x3f\0\0\0\x40"s)) == wanted);
  CHECK(floats(wire_number(2, 1) + "\x25\0\0\x80\x3f\x25\0\0\0\x40"s) == wanted);
  CHECK(floats(wire_number(2, 10) + wire_bytes(9, "\0\x3c\0\x40"s)) == wanted);
  CHECK(floats(wire_number(2, 10) + wire_number(5, 0x3c00) + wire_number(5, 0x4000)) == wanted);
  CHECK(floats(wire_number(2, 16) + wire_bytes(9, "\x80\x3f\0\x40"s)) == wanted);
  CHECK(floats(wire_number(2, 11) + wire_bytes(9, "\0\0\0\0\0\0\xf0\x3f\0\0\0\0\0\0\0\x40"s)) ==
        wanted);
}

TEST_CASE("an ONNX file with any byte changed has nodes or is refused") {
  const std::string whole = network_bytes("convolution.onnx");
  for (std::size_t at = 0; at < whole.size(); ++at) {
    for (const char change : {'\x01', '\x80', '\xff'}) {
      std::string file = whole;
      file[at] = static_cast<char>(file[at] ^ change);
      try {
        static_cast<void>(read_node_graph(file, {"image"}, {"scores"}));
      } catch (const NetworkError& error) {
        CHECK(std::string(error.what()) != "");
      }
    }
  }
}

}  // namespace
}  // namespace inferpool::test
