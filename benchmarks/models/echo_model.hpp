// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace bench {

// The null model: its answer is its input. A large input is copied into the worker's region, like
// any output that was not made there.
struct EchoModel {
  explicit EchoModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor& input) { return input; }
};

}  // namespace bench
