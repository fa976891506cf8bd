// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

#include "runtimes/xgboost/booster.hpp"

namespace inferpool::runtimes {

// Boosted trees behind the Open Inference Protocol: one input, the matrix, and one output,
// "predict", of FP32. See README.md.
class XgboostModel {
 public:
  // Throws Error (invalid_settings) and XgboostError.
  explicit XgboostModel(const Settings& settings);

  // Throws Error (invalid_argument) that names the inputs, types or shapes that it takes, and
  // XgboostError.
  Response predict(const Request& request, Context& context);

 private:
  const Tensor& matrix_in(const Request& request) const;

  Booster booster_;
};

}  // namespace inferpool::runtimes
