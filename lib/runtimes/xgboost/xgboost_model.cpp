// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/xgboost_model.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/model_file.hpp"

namespace inferpool::runtimes {
namespace {

constexpr const char* kInput = "input";
constexpr const char* kMlserverInput = "predict";  // in MLServer's own examples
constexpr const char* kOutput = "predict";
constexpr std::array<const char*, 3> kInFolder{"model.bst", "model.json", "model.ubj"};
constexpr ModelFileKind kKind{.name = "an XGBoost model", .in_folder = kInFolder};

[[noreturn]] void refuse_request(const std::string& text) {
  throw Error(ErrorCode::kInvalidArgument, text);
}

std::string listed(const TensorList& tensors) {
  std::string text;
  for (const NamedTensor& named : tensors) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", named.name);
  }
  return text.empty() ? "none" : text;
}

constexpr const char* kIterations = "iteration_range";

// parameters.extra.iteration_range: the first iteration and the one after the last. None for all
// iterations; [0, 0] means all, too.
std::optional<std::pair<int, int>> iterations_in(const Settings& settings) {
  if (settings.extra.empty()) return std::nullopt;
  const auto extra = nlohmann::json::parse(settings.extra);
  const auto range = extra.find(kIterations);
  if (range == extra.end() || range->is_null()) return std::nullopt;
  const bool right = range->is_array() && range->size() == 2 && (*range)[0].is_number_integer() &&
                     (*range)[1].is_number_integer();
  if (!right) {
    throw Error(ErrorCode::kInvalidSettings,
                fmt::format("parameters.extra.{} (extra): it is {}; accepted: two whole numbers, "
                            "the first iteration and the one behind the last: [0, 10]",
                            kIterations, range->dump()));
  }
  const auto bounded = [](const nlohmann::json& value) {
    return static_cast<int>(std::clamp<std::int64_t>(value.get<std::int64_t>(), -1, INT_MAX));
  };
  return std::pair(bounded((*range)[0]), bounded((*range)[1]));
}

// Whether it is the path of MLServer's class.
bool is_mlserver(const std::string& implementation) {
  return implementation.starts_with("mlserver_xgboost.");
}

const std::string& uri_of(const Settings& settings) {
  return settings.uri.empty() ? settings.folder : settings.uri;
}

}  // namespace

XgboostModel::XgboostModel(const Settings& settings)
    : booster_(find_model_file(uri_of(settings), kKind), settings.threads_per_worker) {
  if (is_mlserver(settings.implementation)) as_mlserver_.emplace(booster_);
  const auto range = iterations_in(settings);
  if (range && *range != std::pair(0, 0)) booster_.use_iterations(range->first, range->second);
}

const Tensor& XgboostModel::matrix_in(const Request& request) const {
  const Tensor* matrix = request.inputs.find(kInput);
  if (matrix == nullptr) matrix = request.inputs.find(kMlserverInput);
  if (matrix == nullptr || request.inputs.size() != 1) {
    refuse_request(fmt::format("the inputs are {}; accepted: one, named \"{}\" or \"{}\"",
                               listed(request.inputs), kInput, kMlserverInput));
  }
  if (!Booster::reads(matrix->datatype())) {
    refuse_request(
        fmt::format("the input is {}; accepted: FP32, FP64, INT8 to INT64, UINT8 to UINT64",
                    name(matrix->datatype())));
  }
  const Shape& shape = matrix->shape();
  if (shape.rank() != 2 || shape[0] == 0 || shape[1] != booster_.features()) {
    refuse_request(fmt::format("the input has the shape {}; accepted: [rows, {}], at least one row",
                               to_string(shape), booster_.features()));
  }
  return *matrix;
}

Response XgboostModel::predict(const Request& request, Context& context) {
  const Prediction prediction = booster_.predict(matrix_in(request));
  if (as_mlserver_) return {{kOutput, as_mlserver_->output(prediction, context)}};
  Tensor output = context.output<float>(Shape(prediction.shape));
  std::ranges::copy(prediction.values, output.mutable_values<float>().begin());
  return {{kOutput, std::move(output)}};
}

}  // namespace inferpool::runtimes
