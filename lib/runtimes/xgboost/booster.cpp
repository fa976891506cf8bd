// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/booster.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

namespace inferpool::runtimes {
namespace {

void check(int status) {
  if (status == 0) return;
  const std::string_view text = XGBGetLastError();
  throw XgboostError(std::string(text.substr(0, text.find("\nStack trace:"))));
}

struct MatrixFreed {
  void operator()(void* matrix) const noexcept { XGDMatrixFree(matrix); }
};
using Matrix = std::unique_ptr<void, MatrixFreed>;

// As NumPy's array interface names them.
constexpr std::array<std::pair<Datatype, const char*>, 10> kTypes{{{Datatype::kFp32, "<f4"},
                                                                   {Datatype::kFp64, "<f8"},
                                                                   {Datatype::kInt8, "|i1"},
                                                                   {Datatype::kInt16, "<i2"},
                                                                   {Datatype::kInt32, "<i4"},
                                                                   {Datatype::kInt64, "<i8"},
                                                                   {Datatype::kUint8, "|u1"},
                                                                   {Datatype::kUint16, "<u2"},
                                                                   {Datatype::kUint32, "<u4"},
                                                                   {Datatype::kUint64, "<u8"}}};

auto find_type(Datatype datatype) noexcept {
  return std::ranges::find(kTypes, datatype, [](const auto& type) { return type.first; });
}

// How XGBoost is told where the elements are; it copies none.
std::string array_interface(const Tensor& matrix) {
  return nlohmann::json{{"data", {reinterpret_cast<std::uintptr_t>(matrix.bytes().data()), true}},
                        {"shape", matrix.shape().dimensions()},
                        {"typestr", find_type(matrix.datatype())->second},
                        {"version", 3}}
      .dump();
}

constexpr const char* kMatrix = R"({"missing": NaN})";
constexpr const char* kPredict =
    R"({"type": 0, "training": false, "iteration_begin": 0, "iteration_end": 0,)"
    R"( "strict_shape": false, "missing": NaN, "cache_id": 0})";

bool is_linear(BoosterHandle handle) {
  bst_ulong size = 0;
  const char* text = nullptr;
  check(XGBoosterSaveJsonConfig(handle, &size, &text));
  const auto config = nlohmann::json::parse(text, text + size);
  const nlohmann::json::json_pointer place("/learner/learner_train_param/booster");
  return config.value(place, "") == "gblinear";
}

}  // namespace

Booster::Booster(const std::filesystem::path& file, std::optional<int> threads) {
  check(XGBoosterCreate(nullptr, 0, &handle_));
  try {
    if (threads) check(XGBoosterSetParam(handle_, "nthread", std::to_string(*threads).c_str()));
    load(file);
  } catch (...) {
    XGBoosterFree(handle_);
    throw;
  }
}

void Booster::load(const std::filesystem::path& file) {
  check(XGBoosterLoadModel(handle_, file.c_str()));
  bst_ulong features = 0;
  check(XGBoosterGetNumFeature(handle_, &features));
  features_ = static_cast<std::int64_t>(features);
  linear_ = is_linear(handle_);
}

Booster::~Booster() { XGBoosterFree(handle_); }

Prediction Booster::predict(const Tensor& matrix) {
  const std::string values = array_interface(matrix);
  const bst_ulong* shape = nullptr;
  bst_ulong rank = 0;
  const float* result = nullptr;
  if (linear_) {
    DMatrixHandle copy = nullptr;
    check(XGDMatrixCreateFromDense(values.c_str(), kMatrix, &copy));
    const Matrix freed(copy);
    check(XGBoosterPredictFromDMatrix(handle_, copy, kPredict, &shape, &rank, &result));
  } else {
    check(XGBoosterPredictFromDense(handle_, values.c_str(), kPredict, nullptr, &shape, &rank,
                                    &result));
  }
  Prediction prediction;
  std::size_t size = 1;
  for (const bst_ulong dimension : std::span(shape, rank)) {
    prediction.shape.push_back(static_cast<std::int64_t>(dimension));
    size *= dimension;
  }
  prediction.values = std::span(result, size);
  return prediction;
}

bool Booster::reads(Datatype datatype) noexcept { return find_type(datatype) != kTypes.end(); }

}  // namespace inferpool::runtimes
