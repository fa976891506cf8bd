// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include <inferpool/model.hpp>

#include "runtimes/onnx/network_error.hpp"
#include "runtimes/onnx/tensor_spec.hpp"

namespace inferpool::runtimes {

// An output of a network that is not served, and the reason: "it is a map, not a tensor".
struct OtherOutput {
  std::string name = {};
  std::string why = {};
};

// A network that was read from a file, with any backend. Not thread-safe.
class Network {
 public:
  virtual ~Network() = default;
  Network() = default;
  Network(const Network&) = delete;
  Network& operator=(const Network&) = delete;

  [[nodiscard]] virtual std::span<const TensorSpec> inputs() const noexcept = 0;
  [[nodiscard]] virtual std::span<const TensorSpec> outputs() const noexcept = 0;

  // Outputs of the network that are not served.
  [[nodiscard]] virtual std::span<const OtherOutput> left_out() const noexcept { return {}; }

  // The backend's library with its version.
  [[nodiscard]] virtual std::string backend() const = 0;

  // Returns the outputs in the order of outputs(), in memory of the context. Requires inputs that
  // match inputs(), in that order, and the sizes of their symbols. Throws NetworkError, and Error
  // (invalid_argument) for a value that the backend cannot compute with.
  [[nodiscard]] virtual std::vector<Tensor> run(std::span<const Tensor* const> inputs,
                                                const Symbols& symbols, Context& context) = 0;
};

}  // namespace inferpool::runtimes
