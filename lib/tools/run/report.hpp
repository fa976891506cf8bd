// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include <inferpool/error.hpp>

#include "tools/run/calls.hpp"

namespace inferpool::tools {

// A report shows a tensor without a name under this name.
inline constexpr std::string_view kUnnamedOutput = "output";

// What was run.
struct RunSubject {
  std::string model = {};  // its name, or its worker's if it has none
  std::string input = {};  // "FP32 [1, 64]"
};

// The outputs of a model; a Tensor is named kUnnamedOutput.
[[nodiscard]] TensorList outputs_of(const ModelOutput& output);

// For people. `print_outputs`: also prints the elements, not only datatypes and shapes.
[[nodiscard]] std::string to_text(const RunSubject& subject, const Calls& calls,
                                  bool print_outputs);

// One JSON object for machines, with whole outputs and a newline at the end. See README.md for its
// fields.
[[nodiscard]] std::string to_json(const RunSubject& subject, const Calls& calls);

// The same for a failure: the object has the field "error".
[[nodiscard]] std::string to_json(const Error& error);

}  // namespace inferpool::tools
