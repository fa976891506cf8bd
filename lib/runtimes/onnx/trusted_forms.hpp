// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// One row: forms of an operator in which OpenCV was compared with a reference and computes right.
// All texts are lists of words. A node that no row allows is an error.
struct TrustedForm {
  std::string_view op;

  // One word per operand: its kind, and for x the ranks that it may have ("x:234").
  //   x a computed value of a floating-point type     n the same, or whole numbers, or BOOL
  //   c a constant of a floating-point type           i a constant of whole numbers
  // An operand with ? after its kind may be left out; with + there may be several.
  std::string_view operands;

  // The attributes that it may have; if values are listed ("ceil_mode=0,1"), only with these.
  std::string_view attributes = {};

  // Names of conditions, which must all hold: see form_conditions.hpp.
  std::string_view conditions = {};

  // Whether OpenCV, having read it once, computes right for any first size of its operands.
  bool any_batch = true;
};

[[nodiscard]] std::span<const TrustedForm> trusted_forms();

// The row that allows this node. Throws NetworkError that names the node, the part of it that is
// not trusted, the rows of its operator, and the remedy.
[[nodiscard]] const TrustedForm& trusted_form_of(const NodeFacts& facts);

// "Clip x:2345 c? c?; max min; the limit or the filler is one number"
[[nodiscard]] std::string to_text(const TrustedForm& form);

// The table for README: one line for all operators that are trusted in the same form.
[[nodiscard]] std::string trusted_forms_text();

}  // namespace inferpool::runtimes
