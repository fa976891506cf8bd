// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace inferpool::runtimes {

// Why a model cannot be served: XGBoost's text for a failed call, without its stack trace, or what
// is wrong with the file.
struct XgboostError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace inferpool::runtimes
