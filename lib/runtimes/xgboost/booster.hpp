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

// What a Booster predicted. `values` is a view of XGBoost's memory, valid until the next call to
// XGBoost on this thread.
struct Prediction {
  std::vector<std::int64_t> shape = {};
  std::span<const float> values = {};
};

// A trained model, through XGBoost's C API. Not thread-safe.
class Booster {
 public:
  // Loads a file in any of XGBoost's forms: JSON, UBJSON, or the binary form from before 3.1.
  // `threads`: how many one prediction may use; none: XGBoost chooses, by OMP_NUM_THREADS. Throws
  // XgboostError that names the file, also if this XGBoost would read only a part of it (see
  // check_model).
  Booster(const std::filesystem::path& file, std::optional<int> threads);
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster();

  // The number of columns in the training data.
  [[nodiscard]] std::int64_t features() const noexcept { return features_; }

  // The number of boosting rounds; 0 for gblinear.
  [[nodiscard]] int iterations() const;

  // Later predictions use only these iterations, as with XGBoost's iteration_range: from `begin` up
  // to and without `end`. Throws XgboostError if the model does not have them, or if this XGBoost
  // cannot select iterations of it.
  void use_iterations(int begin, int end);

  // Later predictions take elements of this value for missing, like NaN.
  void take_for_missing(float value);

  // The value that was saved with the model under that name.
  [[nodiscard]] std::optional<std::string> attribute(const char* name) const;

  // Whether it is a gblinear model, which has no trees and no iterations.
  [[nodiscard]] bool is_linear() const noexcept { return linear_; }
  // 0 unless it is a classifier with several classes.
  [[nodiscard]] int classes() const noexcept { return classes_; }
  // "binary:logistic"
  [[nodiscard]] const std::string& objective() const noexcept { return objective_; }

  // Requires a matrix [rows, features()] of a number type for which reads() is true; NaN is a
  // missing value. Throws XgboostError.
  [[nodiscard]] Prediction predict(const Tensor& matrix);

  // Whether XGBoost takes elements of this type.
  [[nodiscard]] static bool reads(Datatype datatype) noexcept;

  // The version of the linked library.
  [[nodiscard]] static XgboostVersion library_version() noexcept;

 private:
  void load(const std::filesystem::path& file);
  void adopt(const CheckedModel& model);

  void* handle_ = nullptr;
  std::int64_t features_ = 0;
  int classes_ = 0;
  std::string objective_;
  bool linear_ = false;  // gblinear, which has no prediction in place
  bool copies_ = false;  // for gblinear, and for dart: 3.0 rounds its prediction in place otherwise
  bool has_iterations_ = true;
  int begin_ = 0;  // the iterations that it uses
  int end_ = 0;    // 0: all
  float missing_ = std::numeric_limits<float>::quiet_NaN();
};

}  // namespace inferpool::runtimes
