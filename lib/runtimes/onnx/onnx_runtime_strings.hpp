// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/tensor.hpp>

#include "runtimes/onnx/onnx_runtime.hpp"

namespace inferpool::runtimes::ort {

// A copy of a BYTES tensor. Throws Error (invalid_argument) for an element with a zero byte, since
// ONNX Runtime would cut it off there.
[[nodiscard]] Value string_value(const Tensor& tensor);

// A copy of a tensor of texts.
[[nodiscard]] Tensor string_tensor(const OrtValue* value);

}  // namespace inferpool::runtimes::ort
