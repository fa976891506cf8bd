// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <xgboost/c_api.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include <inferpool/tensor.hpp>

namespace inferpool::test {

inline void check_xgboost(int status) {
  if (status != 0) throw std::runtime_error(XGBGetLastError());
}

// Rows of numbers; one number in eight is missing.
inline std::vector<float> made_up_rows(std::size_t rows, std::size_t columns, unsigned seed) {
  std::mt19937 engine(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> values(rows * columns);
  for (float& value : values) {
    value = engine() % 8 == 0 ? std::numeric_limits<float>::quiet_NaN() : uniform(engine);
  }
  return values;
}

// A model that is trained here, and predicts here, through XGBoost's C API alone.
class TrainedBooster {
 public:
  static constexpr std::size_t kColumns = 5;
  using Parameters = std::map<std::string, std::string>;

  // Labels are 0 to classes - 1.
  explicit TrainedBooster(const Parameters& parameters, unsigned classes = 2) {
    constexpr std::size_t kRows = 300;
    const std::vector<float> rows = made_up_rows(kRows, kColumns, 1);
    std::vector<float> labels;
    for (std::size_t row = 0; row < kRows; ++row) {
      const float first = rows[row * kColumns];
      labels.push_back(std::isnan(first) || first < 0 ? 0 : static_cast<float>(row % classes));
    }
    const Matrix matrix(rows);
    check_xgboost(XGDMatrixSetFloatInfo(matrix.handle, "label", labels.data(), labels.size()));
    check_xgboost(XGBoosterCreate(&matrix.handle, 1, &handle_));
    set("nthread", "1");
    for (const auto& [name, value] : parameters) set(name, value);
    for (int i = 0; i < 10; ++i) check_xgboost(XGBoosterUpdateOneIter(handle_, i, matrix.handle));
  }
  TrainedBooster(const TrainedBooster&) = delete;
  TrainedBooster& operator=(const TrainedBooster&) = delete;
  ~TrainedBooster() { XGBoosterFree(handle_); }

  // Saves in the format of the file's extension: .json, .ubj, else the old binary one.
  void save(const std::string& file) const {
    check_xgboost(XGBoosterSaveModel(handle_, file.c_str()));
  }

  // Its prediction for rows of kColumns numbers, through a DMatrix, with the first `iterations`
  // only, or with all (0).
  [[nodiscard]] Tensor predict(const std::vector<float>& rows, int iterations = 0) const {
    const Matrix matrix(rows);
    const bst_ulong* shape = nullptr;
    bst_ulong rank = 0;
    const float* values = nullptr;
    const std::string config =
        R"({"type": 0, "training": false, "iteration_begin": 0, "strict_shape": false,)"
        R"( "iteration_end": )" +
        std::to_string(iterations) + "}";
    check_xgboost(XGBoosterPredictFromDMatrix(handle_, matrix.handle, config.c_str(), &shape, &rank,
                                              &values));
    const Shape dimensions(std::vector<std::int64_t>(shape, shape + rank));
    const auto size = static_cast<std::size_t>(dimensions.elements());
    return Tensor::from(std::span(values, size), dimensions);
  }

 private:
  struct Matrix {
    DMatrixHandle handle = nullptr;
    explicit Matrix(const std::vector<float>& rows) {
      check_xgboost(XGDMatrixCreateFromMat(rows.data(), rows.size() / kColumns, kColumns,
                                           std::numeric_limits<float>::quiet_NaN(), &handle));
    }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;
    ~Matrix() { XGDMatrixFree(handle); }
  };

  void set(const std::string& name, const std::string& value) const {
    check_xgboost(XGBoosterSetParam(handle_, name.c_str(), value.c_str()));
  }

  BoosterHandle handle_ = nullptr;
};

}  // namespace inferpool::test
