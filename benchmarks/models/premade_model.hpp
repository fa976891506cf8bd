// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace bench {

// Reads and writes no elements: its answer is a tensor of the input's shape that it made once.
struct PremadeModel {
  explicit PremadeModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor& input, inferpool::Context& context) {
    if (output_.shape() != input.shape()) output_ = context.output<float>(input.shape());
    return output_;
  }

 private:
  inferpool::Tensor output_ = {};
};

}  // namespace bench
