// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace inferpool::test {

// Answers with what it was given.
struct Echo {
  explicit Echo(const Settings& /*settings*/) {}
  Tensor predict(const Tensor& input) { return input; }
};

}  // namespace inferpool::test
