// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/whole_network.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"

namespace inferpool::test {
namespace {

using runtimes::whole_network;

TEST_CASE("a network without weights beside it is the bytes of its file") {
  CHECK(whole_network(network_file("convolution.onnx")) == network_bytes("convolution.onnx"));
}

TEST_CASE("weights that lie beside a network are inside its bytes", "[W5]") {
  const ScratchFolder folder;
  write_file(folder / "m.onnx",
             network_with_weights_beside(place_of_w("m.bin"), place_of_b("m.bin")));
  write_file(folder / "m.bin", weights_beside());
  const std::string whole = whole_network(folder / "m.onnx");
  CHECK(whole.find(weights_beside().substr(0, 24)) != std::string::npos);
  CHECK(whole.find(weights_beside().substr(24)) != std::string::npos);
  CHECK(whole.find("m.bin") == std::string::npos);
}

TEST_CASE("a network may have 2 GiB at most with its weights, and the refusal gives its size",
          "[W5]") {
  const ScratchFolder folder;
  // A sparse file, of which nothing is read.
  const std::int64_t rows = 300'000'000;
  const std::string network =
      model(text(1, node("MatMul", {"x", "w"}, {"y"})) +
            text(5, tensor_beside("w", {rows, 2}, {.location = "m.bin"})) +
            text(11, port("x", 1, {1, rows})) + text(12, port("y", 1, {1, 2})));
  write_file(folder / "m.onnx", network);
  write_file(folder / "m.bin");
  std::filesystem::resize_file(folder / "m.bin", static_cast<std::uintmax_t>(rows) * 8);
  CHECK_THROWS_WITH(whole_network(folder / "m.onnx"),
                    contains("with the weights that lie beside it, it has 24000") &&
                        contains("accepted: up to 2147483647"));
}

TEST_CASE("a network that cannot be read is reported as such") {
  const ScratchFolder folder;
  CHECK_THROWS_WITH(whole_network(folder / "none.onnx"),
                    contains("it cannot be read: No such file"));
}

}  // namespace
}  // namespace inferpool::test
