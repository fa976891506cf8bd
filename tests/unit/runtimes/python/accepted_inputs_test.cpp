// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/accepted_inputs.hpp"

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

using runtimes::AcceptedInputs;

TensorList inputs(const std::vector<std::string>& names) {
  TensorList list;
  for (const std::string& name : names) list.add(name, Tensor::scalar(1.0F));
  return list;
}

std::string refusal(const AcceptedInputs& accepted, const std::vector<std::string>& names) {
  try {
    accepted.check(inputs(names));
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    return error.what();
  }
  return "accepted";
}

TEST_CASE("the inputs of a predict are the names of its parameters") {
  const PythonHere python;
  const AcceptedInputs accepted(python.eval("lambda image, size, scale=1, *, flip=False: 0"));
  CHECK(refusal(accepted, {"image", "size"}) == "accepted");
  CHECK(refusal(accepted, {"flip", "size", "image"}) == "accepted");
  CHECK(refusal(accepted, {"img", "size"}) ==
        "invalid_argument: the inputs are \"img\", \"size\"; accepted: \"image\", \"size\", and if "
        "wanted \"scale\", \"flip\"");
  CHECK_THAT(refusal(accepted, {"image"}), contains("the inputs are \"image\"; accepted"));
  CHECK_THAT(refusal(accepted, {"image", "size", "x"}), contains("\"x\"; accepted"));
  CHECK_THAT(refusal(accepted, {}), contains("the inputs are none; accepted"));
}

TEST_CASE("a predict of keyword arguments takes any input beside those that it names") {
  const PythonHere python;
  const AcceptedInputs accepted(python.eval("lambda x, **arrays: 0"));
  CHECK(refusal(accepted, {"x", "input-0"}) == "accepted");
  CHECK_THAT(refusal(accepted, {"y"}),
             contains("the inputs are \"y\"; accepted: \"x\", and any others"));
}

TEST_CASE("a predict whose parameters cannot be known takes any input") {
  const PythonHere python;
  CHECK(refusal(AcceptedInputs(python.eval("dict")), {"x"}) == "accepted");
}

TEST_CASE("a predict with a parameter that has no name for its callers is refused") {
  const PythonHere python;
  CHECK_THROWS_AS(AcceptedInputs(python.eval("lambda x, /: 0")), ForeignException);
  CHECK_NOTHROW(AcceptedInputs(python.eval("lambda x=1, /: 0")));
}

}  // namespace
}  // namespace inferpool::test
