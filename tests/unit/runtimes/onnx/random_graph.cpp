// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/random_graph.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>
#include <stdexcept>

namespace inferpool::test {
namespace {

constexpr const char* kOperators[] = {"Abs",
                                      "Add",
                                      "ArgMax",
                                      "AveragePool",
                                      "BatchNormalization",
                                      "Cast",
                                      "Ceil",
                                      "Celu",
                                      "Clip",
                                      "Concat",
                                      "Conv",
                                      "Cos",
                                      "Div",
                                      "Dropout",
                                      "Elu",
                                      "Erf",
                                      "Exp",
                                      "Flatten",
                                      "Floor",
                                      "Gather",
                                      "Gemm",
                                      "GlobalAveragePool",
                                      "GlobalMaxPool",
                                      "HardSigmoid",
                                      "HardSwish",
                                      "Identity",
                                      "InstanceNormalization",
                                      "LRN",
                                      "LeakyRelu",
                                      "Log",
                                      "LogSoftmax",
                                      "MatMul",
                                      "Max",
                                      "MaxPool",
                                      "Min",
                                      "Mish",
                                      "Mul",
                                      "Neg",
                                      "PRelu",
                                      "Pad",
                                      "Pow",
                                      "Reciprocal",
                                      "ReduceMax",
                                      "ReduceMean",
                                      "ReduceMin",
                                      "ReduceSum",
                                      "Relu",
                                      "Reshape",
                                      "Round",
                                      "Selu",
                                      "Sigmoid",
                                      "Sin",
                                      "Slice",
                                      "Softmax",
                                      "Softplus",
                                      "Softsign",
                                      "Split",
                                      "Sqrt",
                                      "Squeeze",
                                      "Sub",
                                      "Sum",
                                      "Tanh",
                                      "ThresholdedRelu",
                                      "Transpose",
                                      "Unsqueeze"};

constexpr std::int64_t kSmallBatch = 5;
constexpr std::int64_t kLargeBatch = 7;

}  // namespace

std::span<const char* const> RandomGraph::operators() { return kOperators; }

RandomGraph::RandomGraph(unsigned seed) : random_(seed * 2654435761U + 1) {
  constexpr int kOpsets[] = {9, 11, 12, 13, 13, 14, 15};
  model_.opset = kOpsets[below(7)];
  add_input();
}

std::string RandomGraph::new_name(const char* kind) { return kind + std::to_string(++names_); }

Sizes RandomGraph::random_sizes(int rank) {
  Sizes sizes;
  for (int i = 0; i < rank; ++i) sizes.push_back(with_chance(8) ? 1 : between(2, 8));
  return sizes;
}

Array RandomGraph::random_array(const Sizes& sizes, double low, double high) {
  Array array{kFloat, sizes, {}};
  for (std::int64_t i = 0; i < product(sizes); ++i) {
    const double part = static_cast<double>(random_()) / 4294967296.0;
    array.values.push_back(static_cast<float>(low + part * (high - low)));
  }
  return array;
}

void RandomGraph::round(Array& array, int type) {
  array.type = type;
  if (type != kInt64) return;
  for (double& value : array.values) value = std::nearbyint(value);
}

void RandomGraph::add_input() {
  constexpr int kRanks[] = {2, 2, 3, 4, 4, 4, 4, 5};
  TestInput input{.name = new_name("x"), .sizes = random_sizes(kRanks[below(8)])};
  if (with_chance(80)) input.sizes[0] = -1;
  Sizes small = input.sizes;
  Sizes large = input.sizes;
  if (input.sizes[0] < 0) small[0] = kSmallBatch;
  if (input.sizes[0] < 0) large[0] = kLargeBatch;
  constexpr double kReaches[] = {1.5, 1.5, 1.5, 6, 6, 100};
  reach_ = kReaches[below(6)];
  if (with_chance(6)) input.type = kInt64;
  small_[input.name] = random_array(small, -reach_, reach_);
  large_[input.name] = random_array(large, -reach_, reach_);
  for (Arrays* arrays : {&small_, &large_}) round((*arrays)[input.name], input.type);
  made_.push_back(input.name);
  model_.inputs.push_back(std::move(input));
}

std::string RandomGraph::some_value() {
  return with_chance(70) ? made_.back()
                         : made_[static_cast<std::size_t>(below(static_cast<int>(made_.size())))];
}

std::string RandomGraph::reshaped_constant(const Array& array) {
  Array stored = array;
  const std::string name = new_name("c");
  TestNode node{"Identity", {}, {name}};
  if (array.sizes[0] == 1) {
    node.op = "Unsqueeze";
    stored.sizes.erase(stored.sizes.begin());
  } else if (with_chance(70)) {
    node.op = "Reshape";
    stored.sizes = {product(array.sizes)};
  }
  node.inputs.push_back(constant(stored));
  if (node.op == "Unsqueeze") put(node, "axes", {0}, model_.opset >= 13);
  if (node.op == "Reshape") node.inputs.push_back(numbers(array.sizes));
  model_.nodes.push_back(std::move(node));
  small_[name] = array;
  large_[name] = array;
  return name;
}

std::string RandomGraph::constant(const Array& array) {
  if (array.type == kFloat && !array.sizes.empty() && with_chance(10)) {
    return reshaped_constant(array);
  }
  const std::string name = new_name("c");
  if (with_chance(85)) {
    model_.initializers.emplace_back(name, array);
  } else {
    model_.nodes.push_back({"Constant", {}, {name}, {{"value", array}}});
  }
  small_[name] = array;
  large_[name] = array;
  return name;
}

std::string RandomGraph::numbers(const Sizes& numbers) {
  Array array{kInt64, {static_cast<std::int64_t>(numbers.size())}, {}};
  for (const auto number : numbers) array.values.push_back(static_cast<double>(number));
  return constant(array);
}

bool RandomGraph::add(const std::string& op) {
  const TestModel before = model_;
  const auto names = made_;
  TestNode node{op, {}, {}};
  try {
    draw(node);
    const auto results = [&](const Arrays& values) {
      Operands operands;
      for (const auto& input : node.inputs)
        operands.push_back(input.empty() ? nullptr : &values.at(input));
      auto outputs = computed(node, operands, model_.opset);
      for (const auto& output : outputs) {
        require(
            product(output.sizes) > 0 && product(output.sizes) < 40000 && output.sizes.size() < 7,
            "size");
        for (const double value : output.values)
          require(std::abs(value) < 1e4, "large or no number");
      }
      return outputs;
    };
    if (node.outputs.empty()) node.outputs.push_back(new_name("v"));
    const auto small = results(small_);
    const auto large = results(large_);
    for (std::size_t i = 0; i < node.outputs.size(); ++i) {
      small_[node.outputs[i]] = small.at(i);
      large_[node.outputs[i]] = large.at(i);
      made_.push_back(node.outputs[i]);
    }
    if ((op == "Dropout" || op == "MaxPool") && with_chance(30)) {
      node.outputs.push_back(new_name("unused"));
    }
    if (with_chance(50)) node.name = new_name("node");
    model_.nodes.push_back(std::move(node));
    return true;
  } catch (const std::invalid_argument&) {
  } catch (const std::out_of_range&) {
  }
  model_ = before;
  made_ = names;
  return false;
}

const TestModel& RandomGraph::finish() {
  if (!model_.outputs.empty()) return model_;
  std::set<std::string> used;
  for (const auto& node : model_.nodes) used.insert(node.inputs.begin(), node.inputs.end());
  for (const auto& name : made_) {
    const bool is_input =
        std::ranges::find(model_.inputs, name, &TestInput::name) != model_.inputs.end();
    if (is_input || (used.contains(name) && !with_chance(15))) continue;
    const Array& small = small_.at(name);
    TestInput output{.name = name, .type = small.type, .sizes = small.sizes};
    for (std::size_t i = 0; i < small.sizes.size(); ++i) {
      if (small.sizes[i] != large_.at(name).sizes[i]) {
        output.sizes[i] = -1;
        output.symbol =
            small.sizes[i] == kSmallBatch && large_.at(name).sizes[i] == kLargeBatch ? "n" : "";
      }
    }
    model_.outputs.push_back(std::move(output));
  }
  return model_;
}

Sizes RandomGraph::sizes_of_input(std::size_t input, std::int64_t batch) const {
  Sizes sizes = model_.inputs[input].sizes;
  if (sizes[0] < 0) sizes[0] = batch;
  return sizes;
}

Arrays RandomGraph::inputs_for(std::int64_t batch) {
  Arrays arrays;
  for (std::size_t i = 0; i < model_.inputs.size(); ++i) {
    Array& array = arrays[model_.inputs[i].name];
    array = random_array(sizes_of_input(i, batch), -reach_, reach_);
    round(array, model_.inputs[i].type);
  }
  return arrays;
}

}  // namespace inferpool::test
