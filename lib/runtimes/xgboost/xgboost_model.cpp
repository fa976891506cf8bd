// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/xgboost_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include <inferpool/error.hpp>

#include "runtimes/model_file.hpp"

namespace inferpool::runtimes {
namespace {

constexpr const char* kInput = "input";
constexpr const char* kMlserverInput = "predict";  // in MLServer's own examples
constexpr const char* kOutput = "predict";
constexpr std::array<const char*, 3> kInFolder{"model.bst", "model.json", "model.ubj"};
constexpr ModelFileKind kKind{.name = "an XGBoost model", .in_folder = kInFolder};

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorCode::kInvalidArgument, text);
}

std::string listed(const TensorList& tensors) {
  std::string text;
  for (const NamedTensor& named : tensors) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", named.name);
  }
  return text.empty() ? "none" : text;
}

}  // namespace

XgboostModel::XgboostModel(const Settings& settings)
    : booster_(find_model_file(settings.uri, kKind), settings.threads_per_worker) {}

const Tensor& XgboostModel::matrix_in(const Request& request) const {
  const Tensor* matrix = request.inputs.find(kInput);
  if (matrix == nullptr) matrix = request.inputs.find(kMlserverInput);
  if (matrix == nullptr || request.inputs.size() != 1) {
    refuse(fmt::format("the inputs are {}; accepted: one, named \"{}\" or \"{}\"",
                       listed(request.inputs), kInput, kMlserverInput));
  }
  if (!Booster::reads(matrix->datatype())) {
    refuse(fmt::format("the input is {}; accepted: FP32, FP64, INT8 to INT64, UINT8 to UINT64",
                       name(matrix->datatype())));
  }
  const Shape& shape = matrix->shape();
  if (shape.rank() != 2 || shape[0] == 0 || shape[1] != booster_.features()) {
    refuse(fmt::format("the input has the shape {}; accepted: [rows, {}], at least one row",
                       to_string(shape), booster_.features()));
  }
  return *matrix;
}

Response XgboostModel::predict(const Request& request, Context& context) {
  const Prediction prediction = booster_.predict(matrix_in(request));
  Tensor output = context.output<float>(Shape(prediction.shape));
  std::ranges::copy(prediction.values, output.mutable_values<float>().begin());
  return {{kOutput, std::move(output)}};
}

}  // namespace inferpool::runtimes
