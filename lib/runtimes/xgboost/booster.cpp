// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/booster.hpp"

#include <fmt/format.h>
#include <xgboost/c_api.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>
#include <type_traits>
#include <utility>

#include "runtimes/xgboost/checked_model.hpp"
#include "runtimes/xgboost/loaded_config.hpp"

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

// The names of NumPy's array interface.
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

// Tells XGBoost where the elements are; it copies none.
std::string array_interface(const Tensor& matrix) {
  return nlohmann::json{{"data", {reinterpret_cast<std::uintptr_t>(matrix.bytes().data()), true}},
                        {"shape", matrix.shape().dimensions()},
                        {"typestr", find_type(matrix.datatype())->second},
                        {"version", 3}}
      .dump();
}

std::string written(float missing) {
  return std::isnan(missing) ? "NaN" : fmt::format("{:.9e}", missing);
}

LoadedConfig config_of(BoosterHandle handle) {
  bst_ulong size = 0;
  const char* text = nullptr;
  check(XGBoosterSaveJsonConfig(handle, &size, &text));
  return read_config({text, size});
}

std::string written_by(const CheckedModel& model) {
  return model.version ? "; it was written by XGBoost " + to_string(*model.version) : "";
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
  const CheckedModel model = check_model(file, library_version());
  try {
    check(XGBoosterLoadModel(handle_, file.c_str()));
    adopt(model);
  } catch (const XgboostError& error) {
    throw XgboostError(fmt::format("the model {} is not read by XGBoost {}{}: {}", file.string(),
                                   to_string(library_version()), written_by(model), error.what()));
  }
}

void Booster::adopt(const CheckedModel& model) {
  if (model.sets_base_score)
    check(XGBoosterSetParam(handle_, "base_score", model.base_score.c_str()));
  bst_ulong features = 0;
  check(XGBoosterGetNumFeature(handle_, &features));
  features_ = static_cast<std::int64_t>(features);
  const LoadedConfig config = config_of(handle_);
  compare(model, config);
  linear_ = config.booster == "gblinear";
  copies_ = linear_ || config.booster == "dart";
  classes_ = config.classes;
  objective_ = config.objective;
  has_iterations_ = model.has_iterations;
}

int Booster::iterations() const {
  int rounds = 0;
  check(XGBoosterBoostedRounds(handle_, &rounds));
  return rounds;
}

void Booster::use_iterations(int begin, int end) {
  if (!has_iterations_) {
    throw XgboostError(fmt::format(
        "its iterations have different numbers of trees, which XGBoost {} does not tell apart: it "
        "can only predict by all of them",
        to_string(library_version())));
  }
  if (begin < 0 || begin >= end || end > iterations()) {
    throw XgboostError(fmt::format("the iterations {} to {} are asked for; it has 0 to {}", begin,
                                   end, iterations()));
  }
  begin_ = begin;
  end_ = end;
}

void Booster::take_for_missing(float value) { missing_ = value; }

std::optional<std::string> Booster::attribute(const char* name) const {
  const char* text = nullptr;
  int there = 0;
  check(XGBoosterGetAttr(handle_, name, &text, &there));
  return there == 0 ? std::nullopt : std::optional<std::string>(text);
}

XgboostVersion Booster::library_version() noexcept {
  XgboostVersion version;
  int patch = 0;
  XGBoostVersion(&version.major, &version.minor, &patch);
  return version;
}

Booster::~Booster() { XGBoosterFree(handle_); }

Prediction Booster::predict(const Tensor& matrix) {
  const std::string values = array_interface(matrix);
  const std::string missing = written(missing_);
  const std::string how =
      fmt::format(R"({{"type": 0, "training": false, "iteration_begin": {}, "iteration_end": {},)"
                  R"( "strict_shape": false, "missing": {}, "cache_id": 0}})",
                  begin_, end_, missing);
  const bst_ulong* shape = nullptr;
  bst_ulong rank = 0;
  const float* result = nullptr;
  if (copies_) {
    DMatrixHandle copy = nullptr;
    check(XGDMatrixCreateFromDense(values.c_str(),
                                   fmt::format(R"({{"missing": {}}})", missing).c_str(), &copy));
    const Matrix freed(copy);
    check(XGBoosterPredictFromDMatrix(handle_, copy, how.c_str(), &shape, &rank, &result));
  } else {
    check(XGBoosterPredictFromDense(handle_, values.c_str(), how.c_str(), nullptr, &shape, &rank,
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
