// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <inferpool/message.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// One "--input" or "--output": a .npy file and the tensor that it holds.
struct InputFile {
  std::optional<std::string> name = {};  // of the tensor, any text; none: it has no name
  std::string file = {};
};

// "image=x.npy" or "x.npy": the text before the first = is the tensor's name.
[[nodiscard]] InputFile parse_input_file(std::string_view argument);

// A model's input: a Tensor, if the only input has no name, for models that take a Tensor; else a
// Request of named inputs, or of none at all.
using ModelInput = std::variant<Tensor, Request>;

// Requires one file without a name, or any number with distinct names. Throws as read_npy. The
// error also says so if the whole argument, name and = included, is the path of a file.
[[nodiscard]] ModelInput read_input(const std::vector<InputFile>& files);

// "FP32 [1, 64]", or "image FP32 [1, 64], threshold FP32 []", or "no inputs".
[[nodiscard]] std::string to_string(const ModelInput& input);

}  // namespace inferpool::tools
