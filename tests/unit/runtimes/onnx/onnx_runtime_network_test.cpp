// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_network.hpp"

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "unit/runtimes/onnx/allocated_bytes.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/network_files.hpp"
#include "unit/runtimes/onnx/network_runs.hpp"
#include "unit/runtimes/onnx/networks/references.hpp"

namespace inferpool::test {
namespace {

using runtimes::Network;
using runtimes::open_onnx_runtime_network;

std::unique_ptr<Network> opened(const std::string& name) {
  return open_onnx_runtime_network(network_file(name), {.threads = 1});
}

// Opens the network that these bytes of a file hold.
std::unique_ptr<Network> opened_bytes(const std::string& bytes) {
  const ScratchFolder folder;
  write_file(folder / "m.onnx", bytes);
  return open_onnx_runtime_network(folder / "m.onnx", {.threads = 1});
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

TEST_CASE("ONNX Runtime has the nodes and the vectors that OpenCV lacks") {
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

TEST_CASE("ONNX Runtime serves outputs of free shapes and refuses those of wrongly declared ones") {
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

TEST_CASE("a file that ONNX Runtime cannot read is refused with its text") {
  const ScratchFolder folder;
  std::string broken = network_bytes("convolution.onnx");
  broken.replace(broken.find("Conv"), 4, "Conf");
  write_file(folder / "m.onnx", broken);
  CHECK_THROWS_WITH(open_onnx_runtime_network(folder / "m.onnx", {.threads = 1}),
                    contains("ONNX Runtime ") && contains("Conf"));
}

// What scikit-learn's converter writes for a classifier: its label, and each row's probabilities as
// a map.
std::string classifier(const std::string& probabilities) {
  const std::string labels =
      text(5, text(1, "classlabels_int64s") + number(8, 0) + number(8, 1) + number(20, 7));
  return model(text(1, node("ArgMax", {"x"}, {"label"},
                            text(5, text(1, "axis") + number(3, 1) + number(20, 2)) +
                                text(5, text(1, "keepdims") + number(3, 0) + number(20, 2)))) +
               text(1, node("ZipMap", {"x"}, {"probabilities"}, labels, "ai.onnx.ml")) +
               text(2, "classifier") + text(11, port("x", 1, {-1, 2})) +
               text(12, port("label", 7, {-1})) + text(12, probabilities));
}
std::string maps() {
  return other_port("probabilities", 4,
                    text(1, text(5, number(1, 7) + text(2, text(1, number(1, 1))))));
}

TEST_CASE("outputs that are not tensors are left out, and the others are served", "[W21]") {
  const auto network = opened_bytes(classifier(maps()));
  REQUIRE(network->outputs().size() == 1);
  CHECK(network->outputs()[0].name == "label");
  REQUIRE(network->left_out().size() == 1);
  CHECK(network->left_out()[0].name == "probabilities");
  CHECK(network->left_out()[0].why ==
        "it is a sequence of maps, not a tensor; scikit-learn's converter writes a tensor instead "
        "with options={\"zipmap\": False}");
  CHECK(outputs_of(*network, {{"x", Tensor::from(std::vector<float>{1, 2, 4, 3}, {2, 2})}})[0] ==
        Tensor::from(std::vector<std::int64_t>{1, 0}, {2}));
  CHECK(opened("convolution.onnx")->left_out().empty());
}

TEST_CASE("a network none of whose outputs is a tensor is refused with the remedy", "[W21]") {
  const std::string labels =
      text(5, text(1, "classlabels_int64s") + number(8, 0) + number(8, 1) + number(20, 7));
  CHECK_THROWS_WITH(
      opened_bytes(model(text(1, node("ZipMap", {"x"}, {"probabilities"}, labels, "ai.onnx.ml")) +
                         text(2, "maps") + text(11, port("x", 1, {-1, 2})) + text(12, maps()))),
      contains("the output \"probabilities\": it is a sequence of maps, not a tensor") &&
          contains("options={\"zipmap\": False}"));
}

TEST_CASE("an input that is not a tensor is refused with its type", "[W21]") {
  const std::string tensor = text(1, number(1, 1));
  const auto refused = [&](const std::string& input, const char* op) {
    return model(text(1, node(op, {"s"}, {"y"})) + text(2, "other") + text(11, input) +
                 text(12, port("y", 7, {})));
  };
  CHECK_THROWS_WITH(opened_bytes(refused(other_port("s", 4, text(1, tensor)), "SequenceLength")),
                    contains("the input \"s\": it is a sequence, not a tensor"));
  CHECK_THROWS_WITH(
      opened_bytes(refused(other_port("s", 9, text(1, tensor)), "OptionalHasElement")),
      contains("the input \"s\": it is an optional value, not a tensor"));
}

// The network y = x in one of ONNX's datatypes.
std::unique_ptr<Network> same(std::uint64_t datatype, std::initializer_list<std::int64_t> sizes) {
  return opened_bytes(model(text(1, node("Identity", {"x"}, {"y"})) + text(2, "same") +
                            text(11, port("x", datatype, sizes)) +
                            text(12, port("y", datatype, sizes))));
}

TEST_CASE("every datatype of the protocol goes through ONNX Runtime bit by bit") {
  constexpr std::pair<std::uint64_t, Datatype> kNumbers[] = {
      {1, Datatype::kFp32},    {2, Datatype::kUint8},   {3, Datatype::kInt8},
      {4, Datatype::kUint16},  {5, Datatype::kInt16},   {6, Datatype::kInt32},
      {7, Datatype::kInt64},   {10, Datatype::kFp16},   {11, Datatype::kFp64},
      {12, Datatype::kUint32}, {13, Datatype::kUint64}, {16, Datatype::kBf16}};
  for (const auto& [number, datatype] : kNumbers) {
    CAPTURE(number);
    const auto network = same(number, {-1, 3});
    std::vector<std::byte> bytes(Tensor(datatype, {5, 3}).bytes().size());
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37 + 11);
    const Tensor x = Tensor::copy_bytes(datatype, {5, 3}, bytes);
    CHECK(outputs_of(*network, {{"x", x}})[0] == x);
    CHECK(outputs_of(*network, {{"x", Tensor(datatype, {0, 3})}})[0].shape() == Shape{0, 3});
    const Tensor scalar = Tensor::copy_bytes(
        datatype, {}, std::span(bytes).first(Tensor(datatype, {}).bytes().size()));
    CHECK(outputs_of(*same(number, {}), {{"x", scalar}})[0] == scalar);
  }
  Tensor yes(Datatype::kBool, {2});
  yes.mutable_values<bool>()[1] = true;
  CHECK(outputs_of(*same(9, {-1}), {{"x", yes}})[0] == yes);
}

TEST_CASE("datatypes that the protocol does not have are refused with their numbers") {
  for (const std::uint64_t other : {14, 15, 17, 18, 21, 22, 23}) {
    CAPTURE(other);
    CHECK_THROWS_WITH(same(other, {-1}), contains("the input \"x\": its element type is ONNX's "
                                                  "number " +
                                                  std::to_string(other)));
  }
}

TEST_CASE("BYTES go through ONNX Runtime whole, and one that it would cut off is refused") {
  const auto network = same(8, {-1});
  const std::vector<std::string_view> texts{"one", "", "zwölf \xFF",
                                            "a longer text than is inline"};
  const Tensor x = Tensor::from_strings(texts, {4});
  CHECK(outputs_of(*network, {{"x", x}})[0] == x);
  const Tensor none = Tensor::from_strings(std::vector<std::string_view>{}, {0});
  CHECK(outputs_of(*network, {{"x", none}})[0] == none);
  const std::vector<std::string_view> cut{"whole", std::string_view("cut\0off", 7)};
  CHECK_THROWS_WITH(outputs_of(*network, {{"x", Tensor::from_strings(cut, {2})}}),
                    contains("the element 1 of a BYTES tensor has a zero byte"));
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
