// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/model.hpp>

namespace inferpool::test {

// A context whose outputs are ordinary tensors.
struct PlainContext final : Context {
  using Context::output;
  Tensor output(Datatype datatype, const Shape& shape) override { return Tensor(datatype, shape); }
  bool cancelled() const noexcept override { return false; }
  std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept override {
    return std::nullopt;
  }
};

}  // namespace inferpool::test
