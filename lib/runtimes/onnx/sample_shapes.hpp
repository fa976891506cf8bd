// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <inferpool/shape.hpp>

#include "runtimes/onnx/tensor_spec.hpp"

namespace inferpool::runtimes {

// Shapes with which a network is checked before it is ready.
struct SampleShapes {
  // The shapes of one request each, with a batch of 1 where the network allows it. The network is
  // tried out on the first that it can compute. Each has another size for the free dimensions after
  // the first one.
  std::vector<std::vector<Shape>> requests = {};
  // The same with batches of 2, 3 and as many as the second axis has: [i] belongs to requests[i].
  std::vector<std::vector<std::vector<Shape>>> batches = {};
};

// Tries an input of any shape with two dimensions and with four. `likely`: further sizes, such as
// those of the network's constants.
[[nodiscard]] SampleShapes sample_shapes(std::span<const TensorSpec> inputs,
                                         std::span<const std::int64_t> likely);

// Whether no dimension is free, or only the first one, with the same size for all inputs.
[[nodiscard]] bool only_batch_is_free(std::span<const TensorSpec> inputs);

}  // namespace inferpool::runtimes
