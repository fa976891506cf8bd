// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <inferpool/model.hpp>

#include "runtimes/xgboost/booster.hpp"

namespace inferpool::runtimes {

// Answers as XGBoost's classes for scikit-learn do. MLServer's runtime loads each file with one of
// them: XGBClassifier if that class wrote the file, else XGBRegressor.
//
// If the model was trained with early stopping, both use the iterations up to the best one. Both
// take the class's own missing value for missing. A classifier answers labels: INT64, INT32 for
// multi:softmax, FP64 for several labels per row.
class SklearnClass {
 public:
  // Sets the booster's iterations and missing value. Throws XgboostError if these classes cannot
  // read the model's attributes, and for labels that are not whole numbers.
  explicit SklearnClass(Booster& booster);

  // The output for what the booster predicted.
  [[nodiscard]] Tensor output(const Prediction& prediction, Context& context) const;

 private:
  void read(const std::string& saved, Booster& booster);
  [[nodiscard]] Tensor labels(std::vector<std::int64_t> indices, Context& context) const;

  bool is_classifier_ = false;
  int classes_ = 0;
  std::string objective_;
  std::vector<std::int64_t> labels_;  // by index; empty if the labels are the indices
};

}  // namespace inferpool::runtimes
