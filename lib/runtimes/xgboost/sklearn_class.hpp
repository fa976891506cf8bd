// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <inferpool/model.hpp>

#include "runtimes/xgboost/booster.hpp"

namespace inferpool::runtimes {

// How XGBoost's classes for scikit-learn answer, of which MLServer's runtime makes one of each
// file: XGBClassifier of what that class has written, else XGBRegressor.
//
// Both predict by the iterations up to the best one, where the model was trained with early
// stopping, and take for missing what the class was told to. A classifier answers labels: INT64,
// INT32 of multi:softmax, FP64 of several labels for each row.
class SklearnClass {
 public:
  // Sets the booster's iterations and missing value. Throws XgboostError where the model says of
  // itself what these classes do not read, and for labels that are no whole numbers.
  explicit SklearnClass(Booster& booster);

  // Of what the booster predicted.
  [[nodiscard]] Tensor output(const Prediction& prediction, Context& context) const;

 private:
  void read(const std::string& saved, Booster& booster);
  [[nodiscard]] Tensor labels(std::vector<std::int64_t> indices, Context& context) const;

  bool is_classifier_ = false;
  int classes_ = 0;
  std::string objective_;
  std::vector<std::int64_t> labels_;  // by their index; empty: they are the indices
};

}  // namespace inferpool::runtimes
