// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// A condition of the table of trusted forms.
struct FormCondition {
  std::string_view name;
  std::string_view meaning;  // for errors and documents
  bool (*holds)(const NodeFacts& facts);
};

// Requires the name of an existing condition.
[[nodiscard]] const FormCondition& form_condition(std::string_view name);

// Whether a constant has one element, or one for each channel (the second axis) of the operand x,
// and the result has the shape of x.
[[nodiscard]] bool is_per_channel(const Sizes& constant, const Sizes& x);

}  // namespace inferpool::runtimes
