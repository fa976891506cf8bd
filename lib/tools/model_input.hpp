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
  std::optional<std::string> name = {};  // of the tensor, any text; none: it has none
  std::string file = {};
};

// "image=x.npy" or "x.npy": what stands before the first = is the tensor's name.
[[nodiscard]] InputFile parse_input_file(std::string_view argument);

// What a model is asked: a Tensor where the one input has no name, for models that take a Tensor;
// named ones, or none at all, for models that take a Request.
using ModelInput = std::variant<Tensor, Request>;

// Requires one file without a name, or any number with distinct names. Throws as read_npy, and
// says so where the name and the file are together the path of a file.
[[nodiscard]] ModelInput read_input(const std::vector<InputFile>& files);

// "FP32 [1, 64]", or "image FP32 [1, 64], threshold FP32 []", or "no inputs".
[[nodiscard]] std::string to_string(const ModelInput& input);

}  // namespace inferpool::tools
