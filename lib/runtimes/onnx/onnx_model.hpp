// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include <inferpool/model.hpp>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// Serves an ONNX network by the Open Inference Protocol: its inputs and outputs by their names. See
// README.md.
class OnnxModel {
 public:
  // Throws Error (invalid_settings) and NetworkError.
  explicit OnnxModel(const Settings& settings);

  // The answer to a request whose parameter "metadata" is true has only parameters: "platform", and
  // "inputs" and "outputs" as JSON. Throws Error (invalid_argument) that names the inputs,
  // datatypes or shapes that the network takes, and NetworkError.
  Response predict(const Request& request, Context& context);

  // The inputs and outputs, one line each, and the backend.
  [[nodiscard]] std::string description() const;

 private:
  [[nodiscard]] Response metadata() const;

  std::unique_ptr<Network> network_;
};

}  // namespace inferpool::runtimes
