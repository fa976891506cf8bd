// SPDX-License-Identifier: Apache-2.0
// What a network computes according to ONNX: plain loops in FP64, written from ONNX's text alone.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {

using Arrays = std::map<std::string, Array>;
using Operands = std::vector<const Array*>;  // null: left out

// One node's outputs. Throws std::invalid_argument for a node that ONNX does not allow (its
// operands do not fit each other), and std::out_of_range for an operator that is missing here.
std::vector<Array> computed(const TestNode& node, const Operands& operands, int opset);

// All values of the model, with these inputs.
Arrays evaluated(const TestModel& model, const Arrays& inputs);

// The families of operators. Each function adds one family.
using Operator = std::vector<Array> (*)(const TestNode&, const Operands&, int opset);
using Operators = std::map<std::string, Operator>;
void add_arithmetic(Operators& operators);
void add_layers(Operators& operators);
void add_layout(Operators& operators);
void add_reductions(Operators& operators);

// For an array in C order: the number of elements between two neighbouring indices of each axis.
Sizes strides_of(const Sizes& sizes);
// Goes to the next index in C order; false after the last.
bool advance(Sizes& index, const Sizes& sizes);
std::size_t place_of(const Sizes& index, const Sizes& strides);
// The axis that `axis` names; a negative one counts from the end.
std::size_t axis_of(std::int64_t axis, std::size_t rank);
void require(bool condition, const char* what);
Sizes numbers_of(const Array& array);
// The axes of a node: an attribute in old opsets, an operand since.
Sizes axes_of(const TestNode& node, const Operands& in, std::size_t place,
              const char* name = "axes");

}  // namespace inferpool::test
