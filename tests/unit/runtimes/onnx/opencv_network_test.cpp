// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_network.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/onnx/allocated_bytes.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {
namespace {

using runtimes::Network;
using runtimes::NetworkError;
using runtimes::open_opencv_network;

std::unique_ptr<Network> opened(const std::string& name) {
  return open_opencv_network(network_bytes(name), 1);
}

std::string complaint_about(const std::string& file) {
  try {
    static_cast<void>(open_opencv_network(file, 1));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE(
    "OpenCV's scores of a convolutional network are those of NumPy, for batches in any order") {
  const auto network = opened("convolution.onnx");
  for (const auto [first, count] : kBatches) {
    CAPTURE(first, count);
    const Tensor images = rows_of(references::kImages, {1, 6, 6}, first, count);
    const auto outputs = outputs_of(*network, {{"image", images}});
    REQUIRE(outputs.size() == 1);
    CHECK(largest_difference(outputs[0], rows_of(references::kImageScores, {4}, first, count)) <
          1e-6);
  }
}

TEST_CASE("a network that reads its batch from a shape is right for batches in any order") {
  const auto network = opened("shape_reader.onnx");
  for (const auto [first, count] : kBatches) {
    CAPTURE(first, count);
    const Tensor rows = rows_of(references::kRows, {2, 3}, first, count);
    const auto outputs = outputs_of(*network, {{"x", rows}});
    CHECK(largest_difference(outputs[0], rows_of(references::kRowScores, {6}, first, count)) <
          1e-6);
  }
}

TEST_CASE("several inputs and outputs of a network are told apart by name") {
  const auto network = opened("two_by_two.onnx");
  const Tensor a = Tensor::from(std::vector<float>{1, 2, 3, 4, 5, 6}, {2, 3});
  const Tensor b = Tensor::from(std::vector<float>{10, 20, 30, 40, 50, 60}, {2, 3});
  const auto outputs = outputs_of(*network, {{"b", b}, {"a", a}});
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0] == Tensor::from(std::vector<float>{11, 22, 33, 44, 55, 66}, {2, 3}));
  CHECK(outputs[1] == Tensor::from(std::vector<float>{10, 40, 90, 160, 250, 360}, {2, 3}));
}

TEST_CASE("whole numbers go into OpenCV through a Cast, and come back exactly") {
  const auto network = opened("casts.onnx");
  const std::vector<std::int64_t> i{1, 7, -3, 16777000, 0, 5};
  const std::vector<std::int64_t> j{1, -7, 4, 215, -16777215, 0};
  const auto outputs =
      outputs_of(*network, {{"i", Tensor::from(i, {2, 3})}, {"j", Tensor::from(j, {2, 3})}});
  REQUIRE(outputs.size() == 3);
  CHECK(outputs[0] == Tensor::from(std::vector<float>{2, 0, 1, 16777215, -16777215, 5}, {2, 3}));
  CHECK(outputs[1] == Tensor::from(std::vector<float>{0.5, 3.5, -1.5, 8388500, 0, 2.5}, {2, 3}));
  CHECK(outputs[2] == Tensor::from(std::vector<std::int64_t>{1, 0}, {2}));
}

TEST_CASE("a whole number that FP32 does not have is refused") {
  const auto network = opened("casts.onnx");
  const auto with = [](std::int64_t value) {
    return TensorList{{"i", Tensor::from(std::vector<std::int64_t>{value, 0, 0}, {1, 3})},
                      {"j", Tensor::from(std::vector<std::int64_t>{1, 0, 0}, {1, 3})}};
  };
  CHECK_THROWS_WITH(outputs_of(*network, with(16777217)),
                    contains("the input \"i\" has the value 16777217 at element 0"));
  CHECK_THROWS_AS(outputs_of(*network, with(16777217)), Error);
  CHECK(outputs_of(*network, with(16777214)).size() == 3);
}

TEST_CASE("a request in a shape that the network does not allow is refused with the node") {
  const auto network = opened("fixed_reshape.onnx");
  CHECK_THROWS_WITH(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {2, 2, 2})}}),
                    contains("the node \"y\" (Reshape) does not fit its operands of the shapes "
                             "[2, 2, 2], [2]"));
}

TEST_CASE("FP64 and FP16 are computed in FP32") {
  const auto doubles = opened("doubles.onnx");
  const auto sums =
      outputs_of(*doubles, {{"x", Tensor::from(std::vector<double>{0.1, 1, -2}, {1, 3})}});
  CHECK(sums[0] ==
        Tensor::from(std::vector<double>{static_cast<double>(0.1F + 0.1F), 2, -4}, {1, 3}));
  const auto halves = opened("halves.onnx");
  std::vector<Float16> values;
  for (const float value : {0.5F, 100.F, -7.F}) values.push_back(Float16::from(value));
  std::vector<Float16> twice;
  for (const float value : {1.F, 200.F, -14.F}) twice.push_back(Float16::from(value));
  CHECK(outputs_of(*halves, {{"x", Tensor::from(values, {1, 3})}})[0] ==
        Tensor::from(twice, {1, 3}));
}

TEST_CASE("images of any size go through a network whose dimensions are free") {
  const auto network = opened("free_image.onnx");
  for (const auto& [height, width] : {std::pair{2, 2}, std::pair{5, 3}, std::pair{1, 9}}) {
    std::vector<float> image(static_cast<std::size_t>(2 * height * width), 2);
    std::fill(image.begin() + height * width, image.end(), -5.F);
    const auto outputs = outputs_of(*network, {{"x", Tensor::from(image, {1, 2, height, width})}});
    CHECK(outputs[0] == Tensor::from(std::vector<float>{2, 0}, {1, 2, 1, 1}));
  }
}

TEST_CASE("an output whose sizes the network does not say has those that were computed") {
  const auto network = opened("free_output.onnx");
  const Tensor row = Tensor::from(std::vector<float>{1, 2}, {1, 2});
  CHECK(outputs_of(*network, {{"x", row}})[0] == Tensor::from(std::vector<float>{1, 2}, {1, 2}));
}

TEST_CASE("an output in a shape that the network does not have is an error and no answer") {
  TestModel model{.inputs = {{.name = "x", .sizes = {-1, 3, 5, 7}}},
                  .outputs = {{.name = "y", .sizes = {-1, 3, 5, 8}}},
                  .nodes = {{"Relu", {"x"}, {"y"}}}};
  CHECK_THAT(
      complaint_about(file_of(model)),
      contains("computes the output \"y\" in the shape [1, 3, 5, 7]; the network says [1, 3, "
               "5, 8]"));
  // Too large to be tried out.
  model.inputs[0].sizes = {1, 2'000'000'000};
  model.outputs[0].sizes = {1, 8};
  CHECK(complaint_about(file_of(model)) == "none");
  const auto network = opened("fixed_reshape.onnx");
  const Tensor one = Tensor::from(std::vector<float>{1, 2, 3, 4}, {1, 2, 2});
  CHECK(outputs_of(*network, {{"x", one}})[0] == one.reshaped({1, 4}));
  CHECK_THROWS_AS(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {2, 2, 2})}}), NetworkError);
  CHECK(outputs_of(*network, {{"x", one}})[0] == one.reshaped({1, 4}));
}

TEST_CASE("an input of one dimension is refused, since OpenCV would take it for a column") {
  const std::string wanted =
      "input \"x\" has one dimension, which OpenCV has not: it would compute with a column of two; "
      "accepted: two dimensions or more, or ONNX Runtime";
  CHECK_THAT(complaint_about(network_bytes("vector_softmax.onnx")), contains(wanted));
  CHECK_THAT(complaint_about(network_bytes("vector_and_rows.onnx")), contains(wanted));
  // Its rank is only known when it comes.
  const auto network = opened("free_rank.onnx");
  const Tensor zeros(Datatype::kFp32, {2, 2});
  const Tensor halves = Tensor::from(std::vector<float>{0.5, 0.5, 0.5, 0.5}, {2, 2});
  CHECK(outputs_of(*network, {{"x", zeros}})[0] == halves);
  CHECK_THROWS_WITH(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {3})}}), contains(wanted));
  CHECK_THROWS_AS(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {3})}}), Error);
  CHECK(outputs_of(*network, {{"x", zeros}})[0] == halves);
}

TEST_CASE("a tensor without elements is refused, and the network goes on") {
  const auto network = opened("convolution.onnx");
  CHECK_THROWS_WITH(outputs_of(*network, {{"image", Tensor(Datatype::kFp32, {0, 1, 6, 6})}}),
                    contains("the input \"image\" has 0 elements; OpenCV accepts 1 to 2147483647"));
  const Tensor image = rows_of(references::kImages, {1, 6, 6}, 0, 1);
  CHECK(outputs_of(*network, {{"image", image}}).size() == 1);
}

TEST_CASE("a node of an operator that no row of the table has is named, with what to do") {
  CHECK_THAT(complaint_about(network_bytes("choice.onnx")),
             contains("the node \"choose\" (If): OpenCV ") &&
                 contains("is not trusted with this operator") && contains("ONNX Runtime"));
}

TEST_CASE("nodes that OpenCV reads in only one form are written in that form") {
  const Tensor x = Tensor::from(std::vector<float>{1, 2, 3, 4}, {1, 4});
  CHECK(outputs_of(*opened("plain_gemm.onnx"), {{"x", x}})[0] ==
        Tensor::from(std::vector<float>{100, 110, 120, 130, 140}, {1, 5}));
  const auto parts = outputs_of(*opened("uneven_split.onnx"), {{"x", x}});
  CHECK(parts[0] == Tensor::from(std::vector<float>{1}, {1, 1}));
  CHECK(parts[1] == Tensor::from(std::vector<float>{2, 3, 4}, {1, 3}));
}

TEST_CASE("a file that is not a network is refused as such") {
  const std::string whole = network_bytes("convolution.onnx");
  CHECK_THAT(complaint_about(""), contains("the file is empty"));
  CHECK_THAT(complaint_about(whole.substr(0, whole.size() / 2)), contains("it is cut off"));
  CHECK_THAT(complaint_about("no network at all, but a text"), !contains("none"));
  CHECK_THAT(complaint_about(network_bytes("text.onnx")), contains("BYTES"));
  // A graph that refers to a value that nothing makes.
  std::string broken = whole;
  broken.replace(broken.find("filters"), 7, "filterz");
  CHECK_THAT(complaint_about(broken), contains("Conv"));
}

TEST_CASE("a network is opened, run and closed a thousand times without growing") {
  if (skipped_without_allocated_bytes()) return;
  const std::string file = network_bytes("convolution.onnx");
  const std::string broken = network_bytes("choice.onnx");
  const Tensor image = rows_of(references::kImages, {1, 6, 6}, 0, 1);
  std::size_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    if (i == 100) before = allocated_bytes();
    const auto network = open_opencv_network(file, 1);
    REQUIRE(outputs_of(*network, {{"image", image}}).size() == 1);
    if (i % 10 == 0) CHECK_THROWS_AS(open_opencv_network(broken, 1), NetworkError);
  }
  CHECK(allocated_bytes() < before + 64 * 1024);
}

TEST_CASE("OpenCV keeps a bounded number of networks, however many shapes there are") {
  if (skipped_without_allocated_bytes()) return;
  const auto network = opened("shape_reader.onnx");
  const auto run = [&](std::int64_t batch) {
    CHECK(outputs_of(*network, {{"x", Tensor(Datatype::kFp32, {batch, 2, 3})}})[0].shape() ==
          Shape{batch, 6});
  };
  for (std::int64_t batch = 1; batch <= 20; ++batch) run(batch);
  const std::size_t before = allocated_bytes();
  for (std::int64_t batch = 21; batch <= 200; ++batch) run(batch);
  // Four networks for up to 200 rows, not 180 of them.
  CHECK(allocated_bytes() < before + 256 * 1024);
}

}  // namespace
}  // namespace inferpool::test
