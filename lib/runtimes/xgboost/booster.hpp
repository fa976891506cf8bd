// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <inferpool/tensor.hpp>

#include "runtimes/xgboost/xgboost_error.hpp"
#include "runtimes/xgboost/xgboost_version.hpp"

namespace inferpool::runtimes {

struct CheckedModel;

// What a Booster predicted; `values` are XGBoost's own, until its next call on this thread.
struct Prediction {
  std::vector<std::int64_t> shape = {};
  std::span<const float> values = {};
};

// A trained model, through XGBoost's C API. Not thread-safe.
class Booster {
 public:
  // From a file of any of XGBoost's forms: JSON, UBJSON, and the binary one of before 3.1. What
  // this XGBoost would read in part only is refused (see check_model). `threads`: that one
  // prediction may use; none: as XGBoost chooses, after OMP_NUM_THREADS. Throws XgboostError that
  // names the file.
  Booster(const std::filesystem::path& file, std::optional<int> threads);
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster();

  // The columns that it was trained on.
  [[nodiscard]] std::int64_t features() const noexcept { return features_; }

  // How many rounds of boosting it has; of gblinear 0.
  [[nodiscard]] int iterations() const;

  // From now on it predicts by these alone, as XGBoost's iteration_range: from `begin` up to, and
  // without, `end`. Throws XgboostError where there are not as many.
  void use_iterations(int begin, int end);

  // From now on elements of this value are missing ones, as NaN is.
  void take_for_missing(float value);

  // What was saved with it under that name.
  [[nodiscard]] std::optional<std::string> attribute(const char* name) const;

  // gblinear: without trees and iterations.
  [[nodiscard]] bool is_linear() const noexcept { return linear_; }
  // 0 where it is no classifier of several classes.
  [[nodiscard]] int classes() const noexcept { return classes_; }
  // "binary:logistic"
  [[nodiscard]] const std::string& objective() const noexcept { return objective_; }

  // Of a matrix [rows, features()] of a number type for which reads() is true; NaN is a missing
  // value. Throws XgboostError.
  [[nodiscard]] Prediction predict(const Tensor& matrix);

  // Whether XGBoost takes elements of this type.
  [[nodiscard]] static bool reads(Datatype datatype) noexcept;

  // Of the library that it is linked with.
  [[nodiscard]] static XgboostVersion library_version() noexcept;

 private:
  void load(const std::filesystem::path& file);
  void adopt(const CheckedModel& model);

  void* handle_ = nullptr;
  std::int64_t features_ = 0;
  int classes_ = 0;
  std::string objective_;
  bool linear_ = false;  // gblinear, which knows no prediction in place
  bool copies_ = false;  // so it does, and dart, whose prediction in place 3.0 rounds otherwise
  bool has_iterations_ = true;
  int begin_ = 0;  // the iterations that it predicts by
  int end_ = 0;    // 0: all
  float missing_ = std::numeric_limits<float>::quiet_NaN();
};

}  // namespace inferpool::runtimes
