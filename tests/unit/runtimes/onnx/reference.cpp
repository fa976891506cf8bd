// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/reference.hpp"

#include <algorithm>
#include <cstddef>
#include <stdexcept>

namespace inferpool::test {

Sizes strides_of(const Sizes& sizes) {
  Sizes strides(sizes.size(), 1);
  for (std::size_t axis = sizes.size(); axis-- > 1;) {
    strides[axis - 1] = strides[axis] * sizes[axis];
  }
  return strides;
}

bool advance(Sizes& index, const Sizes& sizes) {
  for (std::size_t axis = sizes.size(); axis-- > 0;) {
    if (++index[axis] < sizes[axis]) return true;
    index[axis] = 0;
  }
  return false;
}

std::size_t place_of(const Sizes& index, const Sizes& strides) {
  std::int64_t place = 0;
  for (std::size_t axis = 0; axis < index.size(); ++axis) place += index[axis] * strides[axis];
  return static_cast<std::size_t>(place);
}

std::size_t axis_of(std::int64_t axis, std::size_t rank) {
  const auto count = static_cast<std::int64_t>(rank);
  require(axis >= -count && axis < count, "an axis is outside");
  return static_cast<std::size_t>(axis < 0 ? axis + count : axis);
}

void require(bool condition, const char* what) {
  if (!condition) throw std::invalid_argument(what);
}

std::vector<Array> computed(const TestNode& node, const Operands& operands, int opset) {
  static const Operators kOperators = [] {
    Operators operators;
    add_arithmetic(operators);
    add_layers(operators);
    add_layout(operators);
    add_reductions(operators);
    return operators;
  }();
  return kOperators.at(node.op)(node, operands, opset);
}

Arrays evaluated(const TestModel& model, const Arrays& inputs) {
  Arrays values = inputs;
  for (const auto& [name, array] : model.initializers) values[name] = array;
  for (const auto& node : model.nodes) {
    Operands operands;
    for (const auto& input : node.inputs) {
      operands.push_back(input.empty() ? nullptr : &values.at(input));
    }
    const std::vector<Array> outputs = computed(node, operands, model.opset);
    // Outputs that nothing takes may be missing here.
    for (std::size_t i = 0; i < std::min(node.outputs.size(), outputs.size()); ++i) {
      Array& value = values[node.outputs[i]] = outputs.at(i);
      // Values that are equal in FP32 must be equal for ArgMax, whoever computes it.
      for (double& element : value.values) element = static_cast<float>(element);
    }
  }
  return values;
}

}  // namespace inferpool::test
