// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// One row: forms of an operator that OpenCV was compared with a reference in, and computes right.
// All texts are of words; what no row allows is refused.
struct TrustedForm {
  std::string_view op;

  // One word an operand: its kind, and for x the ranks that it may have ("x:234").
  //   x a computed value of a floating-point type     n the same, or whole numbers, or BOOL
  //   c a constant of a floating-point type           i a constant of whole numbers
  // With ? behind it may be left out; with + there may be several.
  std::string_view operands;

  // The attributes that it may have; where values are listed ("ceil_mode=0,1"), with these alone.
  std::string_view attributes = {};

  // Names of conditions, all of which must hold: see form_conditions.hpp.
  std::string_view conditions = {};

  // Whether OpenCV, having read it once, is right for any first size of its operands.
  bool any_batch = true;
};

[[nodiscard]] std::span<const TrustedForm> trusted_forms();

// The row that allows this node. Throws NetworkError that names the node, what about it is not
// trusted, the rows of its operator, and the remedy.
[[nodiscard]] const TrustedForm& trusted_form_of(const NodeFacts& facts);

// "Clip x:2345 c? c?; max min; the limit or the filler is one number"
[[nodiscard]] std::string to_text(const TrustedForm& form);

// The table in a form for README: a line for all operators that are trusted in the same form.
[[nodiscard]] std::string trusted_forms_text();

}  // namespace inferpool::runtimes
