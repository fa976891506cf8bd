// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace inferpool::runtimes {

// Why a model cannot be served: what XGBoost says of a call that failed, without its stack trace,
// or what is wrong with the file.
struct XgboostError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace inferpool::runtimes
