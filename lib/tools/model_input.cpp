// SPDX-License-Identifier: Apache-2.0
#include "tools/model_input.hpp"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "tools/npy.hpp"

namespace inferpool::tools {
namespace {

Tensor read_named(const InputFile& input) {
  try {
    return read_npy(input.file);
  } catch (const Error& error) {
    const std::string whole = core::formatted("{}={}", *input.name, input.file);
    std::error_code ignored;
    if (!std::filesystem::exists(whole, ignored)) throw;
    std::string_view text = error.what();
    text.remove_prefix(std::min(text.size(), name(error.code()).size() + 2));  // "<code>: "
    throw Error(error.code(), core::formatted("{}; the file {} is taken whole by --input-file {}",
                                              text, whole, whole));
  }
}

}  // namespace

InputFile parse_input_file(std::string_view argument) {
  const auto equals = argument.find('=');
  if (equals == std::string_view::npos) return {.file = std::string(argument)};
  return {.name = std::string(argument.substr(0, equals)),
          .file = std::string(argument.substr(equals + 1))};
}

ModelInput read_input(const std::vector<InputFile>& files) {
  if (files.size() == 1 && !files[0].name) return read_npy(files[0].file);
  Request request;
  for (const InputFile& input : files) request.inputs.add(*input.name, read_named(input));
  return request;
}

std::string to_string(const ModelInput& input) {
  if (const Tensor* tensor = std::get_if<Tensor>(&input)) return inferpool::to_string(*tensor);
  std::string text;
  for (const NamedTensor& named : std::get<Request>(input).inputs) {
    text += (text.empty() ? "" : ", ") + named.name + ' ' + inferpool::to_string(named.tensor);
  }
  return text.empty() ? "no inputs" : text;
}

}  // namespace inferpool::tools
