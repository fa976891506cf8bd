// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// The shapes of a node's outputs by ONNX's rules, for the operators of the trusted forms. Throws
// UnfitShapes where the operands do not fit each other.
[[nodiscard]] std::vector<Sizes> output_sizes(const NodeFacts& facts);

// The shape that ONNX's (NumPy's) broadcasting gives.
[[nodiscard]] Sizes broadcast(const NodeFacts& facts, const Sizes& left, const Sizes& right);

// What a node makes of whole numbers that are known: the arithmetic of shapes, which is done here
// and never by the backend. None: it is no such node.
[[nodiscard]] std::optional<PlannedValue> folded(const NodeFacts& facts);

// What a node makes of a constant of a floating-point type where it changes no more than its shape,
// by no shape of an input. None: it is no such node.
[[nodiscard]] std::optional<PlannedValue> reshaped_constant(const NodeFacts& facts);

}  // namespace inferpool::runtimes
