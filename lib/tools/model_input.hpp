// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <inferpool/message.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool::tools {

// One "--input": a .npy file and the name of the tensor that it becomes.
struct InputFile {
  std::string name = {};  // empty: none
  std::string file = {};
};

// "image=x.npy" or "x.npy"; what has a slash before the = is a path.
[[nodiscard]] InputFile parse_input_file(std::string_view argument);

// What a model is asked: a Tensor where the one input has no name, for models that take a Tensor;
// named ones for models that take a Request.
using ModelInput = std::variant<Tensor, Request>;

// Requires one file without a name, or any number with distinct names. Throws as read_npy.
[[nodiscard]] ModelInput read_input(const std::vector<InputFile>& files);

// "FP32 [1, 64]", or "image FP32 [1, 64], threshold FP32 []".
[[nodiscard]] std::string to_string(const ModelInput& input);

}  // namespace inferpool::tools
