// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// The shapes of a node's outputs by ONNX's rules, for the operators of the trusted forms. Throws
// UnfitShapes if the operands do not fit each other.
[[nodiscard]] std::vector<Sizes> output_sizes(const NodeFacts& facts);

// The shape that results from ONNX's (NumPy's) broadcasting.
[[nodiscard]] Sizes broadcast(const NodeFacts& facts, const Sizes& left, const Sizes& right);

// What a node computes from known whole numbers: the arithmetic of shapes, which is done here and
// never by the backend. None if it is no such node.
[[nodiscard]] std::optional<PlannedValue> folded(const NodeFacts& facts);

// What a node makes of a floating-point constant if it changes only the shape, independent of the
// shapes of inputs. None if it is no such node.
[[nodiscard]] std::optional<PlannedValue> reshaped_constant(const NodeFacts& facts);

}  // namespace inferpool::runtimes
