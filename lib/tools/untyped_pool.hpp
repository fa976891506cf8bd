// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <variant>

#include <inferpool/pool.hpp>

#include "tools/model_input.hpp"

namespace inferpool::tools {

using ModelOutput = std::variant<Tensor, Response>;

// The bytes that max_payload counts.
[[nodiscard]] std::size_t payload_bytes(const ModelInput& input);
[[nodiscard]] std::size_t payload_bytes(const ModelOutput& output);

// A pool for a worker whose C++ model is not known here. The input decides which model it must be:
// one of Tensor -> Tensor, or one of Request -> Response.
//
// Thread-safety and errors: as Pool.
class UntypedPool {
 public:
  // Throws as Pool; if the model takes another kind of input, startup_failed says which. Only the
  // kind of `input` counts.
  UntypedPool(const Settings& settings, const ModelInput& input);

  // Requires an input of the constructor's kind.
  ModelOutput infer(const ModelInput& input);

  [[nodiscard]] Stats stats() const;

 private:
  struct TensorModel {
    using Input = Tensor;
    using Output = Tensor;
  };
  std::variant<std::unique_ptr<Pool<TensorModel>>, std::unique_ptr<Pool<>>> pool_;
};

}  // namespace inferpool::tools
