// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <inferpool/shape.hpp>

#include "runtimes/onnx/tensor_spec.hpp"

namespace inferpool::runtimes {

// The same ONNX file with these inputs in these shapes, one for each. Requires the bytes of a file
// that read_graph took, and inputs of it.
[[nodiscard]] std::string with_shapes(std::string_view file, std::span<const TensorSpec> inputs,
                                      std::span<const Shape> shapes);

}  // namespace inferpool::runtimes
