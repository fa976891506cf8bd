// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_model.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <cstdio>
#include <utility>
#include <variant>

#include "runtimes/model_file.hpp"
#include "runtimes/onnx/open_network.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::array<const char*, 1> kInFolder{"model.onnx"};
constexpr ModelFileKind kKind{.name = "an ONNX network", .in_folder = kInFolder};

bool wants_metadata(const Request& request) {
  const auto found = request.parameters.find("metadata");
  if (found == request.parameters.end()) return false;
  const bool* wanted = std::get_if<bool>(&found->second);
  return wanted != nullptr && *wanted;
}

}  // namespace

OnnxModel::OnnxModel(const Settings& settings)
    : network_(open_network(find_model_file(settings.uri, kKind), wanted_network(settings))) {
  for (const OtherOutput& output : network_->left_out()) {
    std::fprintf(stderr, "%s: the output \"%s\" is left out: %s\n", settings.uri.c_str(),
                 output.name.c_str(), output.why.c_str());
  }
}

Response OnnxModel::predict(const Request& request, Context& context) {
  if (wants_metadata(request)) return metadata();
  Symbols symbols;
  const std::vector<const Tensor*> inputs =
      match_inputs(network_->inputs(), request.inputs, symbols);
  std::vector<Tensor> tensors = network_->run(inputs, symbols, context);
  Response response;
  for (std::size_t i = 0; i < tensors.size(); ++i) {
    response.outputs.add(network_->outputs()[i].name, std::move(tensors[i]));
  }
  return response;
}

std::string OnnxModel::description() const {
  std::string text;
  for (const TensorSpec& spec : network_->inputs()) {
    text += fmt::format("  input \"{}\" {}\n", spec.name, to_string(spec));
  }
  for (const TensorSpec& spec : network_->outputs()) {
    text += fmt::format("  output \"{}\" {}\n", spec.name, to_string(spec));
  }
  return text + "  computed by " + network_->backend();
}

Response OnnxModel::metadata() const {
  Response response;
  response.parameters["platform"] = network_->backend();
  response.parameters["inputs"] = to_json(network_->inputs());
  response.parameters["outputs"] = to_json(network_->outputs());
  return response;
}

}  // namespace inferpool::runtimes
