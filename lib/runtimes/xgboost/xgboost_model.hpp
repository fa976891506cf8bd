// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/model.hpp>

#include "runtimes/xgboost/booster.hpp"
#include "runtimes/xgboost/sklearn_class.hpp"

namespace inferpool::runtimes {

// Serves boosted trees by the Open Inference Protocol: one input, the matrix, and one output,
// "predict". If `implementation` names MLServer's runtime, it predicts as XGBoost's class for
// scikit-learn does, else as XGBoost itself. See README.md.
class XgboostModel {
 public:
  // Throws Error (invalid_settings) and XgboostError.
  explicit XgboostModel(const Settings& settings);

  // Throws Error (invalid_argument) that names the accepted inputs, types or shapes, and
  // XgboostError.
  Response predict(const Request& request, Context& context);

 private:
  const Tensor& matrix_in(const Request& request) const;

  Booster booster_;
  std::optional<SklearnClass> as_mlserver_;
};

}  // namespace inferpool::runtimes
