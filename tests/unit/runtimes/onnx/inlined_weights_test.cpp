// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/inlined_weights.hpp"

#include <cstddef>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using runtimes::InlinedWeights;
using runtimes::NetworkError;

// A TensorProto of one FP32 element with its bytes inside.
std::string tensor_inside(std::string_view name) {
  return number(1, 1) + number(2, 1) + text(8, name) + text(9, "abcd");
}
std::string beside(std::string_view name) { return tensor_beside(name, {1}, {"w.bin"}); }

TEST_CASE("weights of a file beside the network are put where they belong", "[W5]") {
  const ScratchFolder folder;
  write_file(folder / "w.bin", "abcd");
  const auto inlined = [&](const std::string& bytes) {
    const InlinedWeights weights(bytes, folder / "net.onnx");
    CHECK(weights.any());
    const std::string whole = weights.bytes();
    CHECK(whole.size() == weights.size());
    return whole;
  };
  // Initializers, sparse ones, tensors and graphs of attributes, functions.
  const auto everywhere = [](const std::string& tensor) {
    const std::string graph = text(5, tensor) + text(2, "inner") + text(15, text(1, tensor));
    const std::string attributes = text(5, text(5, tensor)) + text(5, text(10, tensor)) +
                                   text(5, text(6, graph)) + text(5, text(11, graph)) +
                                   text(5, text(22, text(2, tensor))) +
                                   text(5, text(23, text(1, tensor)));
    return number(1, 7) + text(7, text(1, text(4, "If") + attributes) + graph) +
           text(25, text(7, attributes) + text(11, text(5, tensor)));
  };
  CHECK(inlined(everywhere(beside("w"))) == everywhere(tensor_inside("w")));
  CHECK(inlined(text(7, text(5, tensor_inside("a")) + text(5, beside("b")))) ==
        text(7, text(5, tensor_inside("a")) + text(5, tensor_inside("b"))));
}

TEST_CASE("a network whose weights are inside stays as it is", "[W5]") {
  const std::string bytes = network_bytes("convolution.onnx");
  const InlinedWeights weights(bytes, "/nowhere/net.onnx");
  CHECK_FALSE(weights.any());
  CHECK(weights.size() == bytes.size());
  CHECK(weights.bytes() == bytes);
}

TEST_CASE("any damage to a network with weights beside it is refused or leaves a network", "[W5]") {
  const ScratchFolder folder;
  write_file(folder / "w.bin", weights_beside());
  const std::string whole = network_with_weights_beside(place_of_w("w.bin"), place_of_b("w.bin"));
  const auto look = [&](const std::string& bytes) {
    try {
      const InlinedWeights weights(bytes, folder / "net.onnx");
      return weights.bytes().size() == weights.size();
    } catch (const NetworkError&) {
      return true;
    }
  };
  REQUIRE(look(whole));
  for (std::size_t i = 0; i < whole.size(); ++i) {
    CAPTURE(i);
    REQUIRE(look(whole.substr(0, i)));
    for (const int change : {1, 0x80, 0xFF}) {
      std::string changed = whole;
      changed[i] = static_cast<char>(changed[i] ^ change);
      REQUIRE(look(changed));
    }
  }
}

TEST_CASE("graphs that are nested without end are refused", "[W5]") {
  std::string graph = text(2, "innermost");
  for (int i = 0; i < 50; ++i) graph = text(1, text(5, text(6, graph)));
  CHECK_THROWS_WITH(InlinedWeights(text(7, graph), "net.onnx"), contains("more than 100 deep"));
}

}  // namespace
}  // namespace inferpool::test
