// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <inferpool/tensor.hpp>

namespace inferpool::runtimes {

// What XGBoost says of a call that failed, without its stack trace.
struct XgboostError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// What a Booster predicted; `values` are XGBoost's own, until its next call on this thread.
struct Prediction {
  std::vector<std::int64_t> shape = {};
  std::span<const float> values = {};
};

// A trained model, through XGBoost's C API. Not thread-safe.
class Booster {
 public:
  // From a file of any of XGBoost's forms: JSON, UBJ, and the binary one of before. `threads`: that
  // one prediction may use; none: as XGBoost chooses, after OMP_NUM_THREADS. Throws XgboostError.
  Booster(const std::filesystem::path& file, std::optional<int> threads);
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;
  ~Booster();

  // The columns that it was trained on.
  [[nodiscard]] std::int64_t features() const noexcept { return features_; }

  // Of a matrix [rows, features()] of a number type for which reads() is true; NaN is a missing
  // value. Throws XgboostError.
  [[nodiscard]] Prediction predict(const Tensor& matrix);

  // Whether XGBoost takes elements of this type.
  [[nodiscard]] static bool reads(Datatype datatype) noexcept;

 private:
  void load(const std::filesystem::path& file);

  void* handle_ = nullptr;
  std::int64_t features_ = 0;
  bool linear_ = false;  // gblinear, which knows no prediction in place
};

}  // namespace inferpool::runtimes
