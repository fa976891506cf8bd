// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/accepted_inputs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include <inferpool/error.hpp>

namespace inferpool::runtimes {
namespace {

namespace py = pybind11;

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", name);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

AcceptedInputs::AcceptedInputs(const py::object& predict) {
  const py::module_ inspect = py::module_::import("inspect");
  py::object signature;
  try {
    signature = inspect.attr("signature")(predict);
  } catch (const py::error_already_set& error) {
    if (!error.matches(PyExc_ValueError) && !error.matches(PyExc_TypeError)) throw;
    takes_all_ = true;  // a function of another language
    return;
  }
  const py::object kinds = inspect.attr("Parameter");
  for (const py::handle& parameter : signature.attr("parameters").attr("values")()) {
    const auto name = parameter.attr("name").cast<std::string>();
    const py::object kind = parameter.attr("kind");
    const bool required = parameter.attr("default").is(kinds.attr("empty"));
    if (kind.equal(kinds.attr("VAR_KEYWORD"))) {
      takes_all_ = true;
    } else if (kind.equal(kinds.attr("POSITIONAL_ONLY"))) {
      if (!required) continue;
      throw ForeignException(
          "TypeError",
          fmt::format("predict takes \"{}\" by its position alone; accepted: parameters "
                      "that can be given by name, as inputs are",
                      name));
    } else if (!kind.equal(kinds.attr("VAR_POSITIONAL"))) {
      (required ? required_ : optional_).push_back(name);
    }
  }
}

bool AcceptedInputs::takes(const std::string& name) const {
  return takes_all_ ||
         std::ranges::count(required_, name) + std::ranges::count(optional_, name) > 0;
}

void AcceptedInputs::check(const TensorList& inputs) const {
  const bool all_taken =
      std::ranges::all_of(inputs, [this](const NamedTensor& input) { return takes(input.name); });
  const bool none_missing = std::ranges::all_of(
      required_, [&](const std::string& name) { return inputs.find(name) != nullptr; });
  if (all_taken && none_missing) return;
  std::vector<std::string> names;
  for (const NamedTensor& input : inputs) names.push_back(input.name);
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("the inputs are {}; accepted: {}{}{}", quoted(names), quoted(required_),
                          optional_.empty() ? "" : ", and if wanted " + quoted(optional_),
                          takes_all_ ? ", and any others" : ""));
}

}  // namespace inferpool::runtimes
