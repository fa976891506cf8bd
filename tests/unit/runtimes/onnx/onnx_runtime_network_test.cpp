// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_network.hpp"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/runtimes/onnx/allocated_bytes.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"

namespace inferpool::test {
namespace {

using runtimes::Network;
using runtimes::NetworkError;
using runtimes::open_onnx_runtime_network;

std::unique_ptr<Network> opened(const std::string& name) {
  return open_onnx_runtime_network(network_file(name), 1);
}

Tensor whole(const std::vector<std::int64_t>& values) {
  return Tensor::from(values, {1, static_cast<std::int64_t>(values.size())});
}

Tensor floats(const std::vector<float>& values) {
  return Tensor::from(values, {1, static_cast<std::int64_t>(values.size())});
}

TEST_CASE("ONNX Runtime's scores are those of NumPy, for batches in any order") {
  const auto layers = opened("convolution.onnx");
  const auto reader = opened("shape_reader.onnx");
  for (const auto [first, count] : kBatches) {
    CAPTURE(first, count);
    const Tensor images = rows_of(references::kImages, {1, 6, 6}, first, count);
    CHECK(largest_difference(outputs_of(*layers, {{"image", images}})[0],
                             rows_of(references::kImageScores, {4}, first, count)) < 1e-6);
    const Tensor rows = rows_of(references::kRows, {2, 3}, first, count);
    CHECK(largest_difference(outputs_of(*reader, {{"x", rows}})[0],
                             rows_of(references::kRowScores, {6}, first, count)) < 1e-6);
  }
}

TEST_CASE("ONNX Runtime computes whole numbers exactly, however large") {
  constexpr std::int64_t kLarge = std::numeric_limits<std::int64_t>::max() / 2;
  const auto network = opened("whole_numbers.onnx");
  const auto outputs =
      outputs_of(*network, {{"i", whole({kLarge, 16777217, 3})}, {"j", whole({1, 1, -3})}});
  CHECK(outputs[0] == whole({kLarge + 1, 16777218, 0}));
  CHECK(outputs[2] == Tensor::from(std::vector<std::int64_t>{0}, {1}));
  CHECK(outputs_of(*opened("quotient.onnx"),
                   {{"i", whole({5, 4, 9})}, {"j", whole({2, 2, 3})}})[0] == whole({2, 2, 3}));
}

TEST_CASE("ONNX Runtime has the nodes and the vectors that OpenCV has not") {
  const Tensor x = floats({1, 2, 3, 4});
  const auto choice = opened("choice.onnx");
  Tensor condition(Datatype::kBool, {});
  CHECK(outputs_of(*choice, {{"condition", condition}, {"x", x}})[0] == floats({-1, -2, -3, -4}));
  condition.mutable_values<bool>()[0] = true;
  CHECK(outputs_of(*choice, {{"condition", condition}, {"x", x}})[0] == x);
  CHECK(outputs_of(*opened("plain_gemm.onnx"), {{"x", x}})[0] == floats({100, 110, 120, 130, 140}));
  const auto parts = outputs_of(*opened("uneven_split.onnx"), {{"x", x}});
  CHECK(parts[0] == floats({1}));
  CHECK(parts[1] == floats({2, 3, 4}));
  const Tensor vector = Tensor::from(std::vector<float>{1, 2, 3}, {3});
  const Tensor rows = Tensor::from(std::vector<float>{10, 20, 30, 40, 50, 60, 70, 80, 90}, {3, 3});
  CHECK(outputs_of(*opened("vector_and_rows.onnx"), {{"x", vector}, {"rows", rows}})[0] ==
        Tensor::from(std::vector<float>{11, 22, 33, 41, 52, 63, 71, 82, 93}, {3, 3}));
}

TEST_CASE("ONNX Runtime computes FP64 in FP64, and tensors without elements") {
  const auto doubles = opened("doubles.onnx");
  const std::vector<double> values{0.1, 1e300, -2};
  const std::vector<double> twice{0.2, 2e300, -4};
  CHECK(outputs_of(*doubles, {{"x", Tensor::from(values, {1, 3})}})[0] ==
        Tensor::from(twice, {1, 3}));
  CHECK(outputs_of(*doubles, {{"x", Tensor(Datatype::kFp64, {0, 3})}})[0].shape() == Shape{0, 3});
}

TEST_CASE("outputs of free and of wrongly declared shapes are told apart by ONNX Runtime") {
  const auto network = opened("free_image.onnx");
  const Tensor image = Tensor::from(std::vector<float>{1, 2, 3, -9, -9, -9}, {1, 2, 3, 1});
  CHECK(outputs_of(*network, {{"x", image}})[0] ==
        Tensor::from(std::vector<float>{2, 0}, {1, 2, 1, 1}));
  // Its output has no sizes in the file: what ONNX Runtime finds is copied.
  const auto free = opened("free_output.onnx");
  CHECK(outputs_of(*free, {{"x", floats({1, -2})}})[0] == floats({1, 0}));
  const auto reshape = opened("fixed_reshape.onnx");
  CHECK_THROWS_WITH(outputs_of(*reshape, {{"x", Tensor(Datatype::kFp32, {2, 2, 2})}}),
                    contains("ONNX Runtime ") && contains("output: y"));
}

TEST_CASE("a file that ONNX Runtime cannot read is told with its text") {
  const ScratchFolder folder;
  std::string broken = network_bytes("convolution.onnx");
  broken.replace(broken.find("Conv"), 4, "Conf");
  write_file(folder / "m.onnx", broken);
  CHECK_THROWS_WITH(open_onnx_runtime_network(folder / "m.onnx", 1),
                    contains("ONNX Runtime ") && contains("Conf"));
  CHECK_THROWS_AS(open_onnx_runtime_network(network_file("text.onnx"), 1), NetworkError);
}

TEST_CASE("ONNX Runtime opens, runs and closes a network a thousand times without growing") {
  if (skipped_without_allocated_bytes()) return;
  const Tensor image = rows_of(references::kImages, {1, 6, 6}, 0, 1);
  std::size_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    if (i == 100) before = allocated_bytes();
    REQUIRE(outputs_of(*opened("convolution.onnx"), {{"image", image}}).size() == 1);
  }
  CHECK(allocated_bytes() < before + 64 * 1024);
}

}  // namespace
}  // namespace inferpool::test
