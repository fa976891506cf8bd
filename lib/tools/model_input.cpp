// SPDX-License-Identifier: Apache-2.0
#include "tools/model_input.hpp"

#include <utility>

#include "tools/npy.hpp"

namespace inferpool::tools {

InputFile parse_input_file(std::string_view argument) {
  const auto equals = argument.find('=');
  if (equals == std::string_view::npos || argument.find('/') < equals) {
    return {.file = std::string(argument)};
  }
  return {.name = std::string(argument.substr(0, equals)),
          .file = std::string(argument.substr(equals + 1))};
}

ModelInput read_input(const std::vector<InputFile>& files) {
  if (files.size() == 1 && files[0].name.empty()) return read_npy(files[0].file);
  Request request;
  for (const InputFile& input : files) request.inputs.add(input.name, read_npy(input.file));
  return request;
}

std::string to_string(const ModelInput& input) {
  if (const Tensor* tensor = std::get_if<Tensor>(&input)) return inferpool::to_string(*tensor);
  std::string text;
  for (const NamedTensor& named : std::get<Request>(input).inputs) {
    text += (text.empty() ? "" : ", ") + named.name + ' ' + inferpool::to_string(named.tensor);
  }
  return text;
}

}  // namespace inferpool::tools
