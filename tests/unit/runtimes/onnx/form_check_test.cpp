// SPDX-License-Identifier: Apache-2.0
// trusted_form_of: which row of the table allows a node, and what the refusal says if none does.
#include <string>

#include "catch.hpp"
#include "runtimes/onnx/trusted_forms.hpp"
#include "unit/runtimes/onnx/node_case.hpp"

namespace inferpool::test {
namespace {

using runtimes::NetworkError;
using runtimes::Sizes;
using runtimes::trusted_form_of;

std::string complaint(const NodeCase& node) {
  try {
    static_cast<void>(trusted_form_of(node.facts()));
  } catch (const NetworkError& error) {
    return error.what();
  }
  return "none";
}

TEST_CASE(
    "the first row that allows a node is taken, so rows that are right for any batch come first") {
  NodeCase kept("Reshape");
  kept.computed({2, 3, 4}).whole({-1, 12});
  CHECK(trusted_form_of(kept.facts()).any_batch);
  NodeCase fixed("Reshape");
  fixed.computed({2, 3, 4}).whole({2, 12});
  CHECK_FALSE(trusted_form_of(fixed.facts()).any_batch);
}

TEST_CASE("an operator without a row is refused with its node and the remedy") {
  NodeCase node("LSTM");
  CHECK_THAT(complaint(node.computed({2, 3})), contains("the node \"y\" (LSTM)") &&
                                                   contains("not trusted with this operator") &&
                                                   contains("ONNX Runtime"));
}

TEST_CASE("operands are checked against the kinds, the ranks and the number that a row has") {
  NodeCase vector("Relu");
  CHECK_THAT(complaint(vector.computed({3})),
             contains("its operand 0 \"in0\" is computed") && contains("the shape [3]"));
  NodeCase whole("Relu");
  CHECK_THAT(complaint(whole.computed({2, 3}, 7)), contains("of ONNX's element type 7"));
  NodeCase weights("MatMul");
  CHECK_THAT(complaint(weights.computed({2, 3}).computed({3, 4})),
             contains("its operand 1 \"in1\" is computed"));
  NodeCase few("MatMul");
  CHECK_THAT(complaint(few.computed({2, 3})), contains("it has too few operands"));
  NodeCase many("Relu");
  CHECK_THAT(complaint(many.computed({2, 3}).computed({2, 3})),
             contains("it has the operand 1 \"in1\""));
  NodeCase missing("Conv");
  CHECK_THAT(complaint(missing.computed({1, 2, 5, 5}).left_out()),
             contains("its operand 1 is left out"));
  NodeCase left_out("Clip");  // an operand that may be left out
  CHECK(complaint(left_out.computed({2, 3}).left_out().constant({}, {6})) == "none");
  NodeCase several("Concat");
  CHECK(complaint(several.computed({2, 3}).computed({2, 4}).computed({2, 5}).with("axis", 1)) ==
        "none");
}

TEST_CASE("attributes that a row does not have, or with other values, are refused") {
  NodeCase mode("Pad");
  mode.computed({2, 3}).whole({0, 1, 0, 1}).with_text("mode", "reflect");
  CHECK_THAT(complaint(mode), contains("its attribute mode is reflect"));
  NodeCase unknown("Relu");
  CHECK_THAT(complaint(unknown.computed({2, 3}).with("sparse", 1)),
             contains("its attribute sparse is 1"));
  NodeCase allowed("Pad");
  allowed.computed({2, 3}).whole({0, 1, 0, 1}).with_text("mode", "constant");
  CHECK(complaint(allowed) == "none");
}

TEST_CASE("several outputs are refused except the parts of a Split") {
  NodeCase node("Relu");
  CHECK_THAT(complaint(node.computed({2, 4}).with_outputs({"y", "z"})),
             contains("it has several outputs"));
  NodeCase parts("Split");
  CHECK(complaint(parts.computed({2, 4}).with("axis", 1).with_outputs({"y", "z"})) == "none");
}

TEST_CASE("the complaint is that of the row which was followed furthest, and all rows are shown") {
  NodeCase node("Add");
  const std::string text = complaint(node.computed({2, 3, 4}).constant({4}, {1, 2, 3, 4}));
  CHECK_THAT(text, contains("this does not hold: the constant has one element, or one for each"));
  CHECK_THAT(text, contains("with operands of the shapes [2, 3, 4], [4]"));
  CHECK_THAT(text, contains("Add x:2345 x; both operands have the same shape | Add x:2345 c"));
}

}  // namespace
}  // namespace inferpool::test
