// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <inferpool/shape.hpp>

#include "runtimes/onnx/tensor_spec.hpp"

namespace inferpool::runtimes {

// Shapes on which a network is looked at before it is ready.
struct SampleShapes {
  // Of one request each, with a batch of 1: the first for which the network is right is what it is
  // tried out on. Each has another size for the dimensions that are free behind the first one.
  std::vector<std::vector<Shape>> requests = {};
  // The same with batches of 2, 3 and as many as the second axis has: [i] belongs to requests[i].
  std::vector<std::vector<std::vector<Shape>>> batches = {};
};

// An input of any shape is taken for one of two dimensions and of four. `likely`: further sizes,
// such as those of the network's constants.
[[nodiscard]] SampleShapes sample_shapes(std::span<const TensorSpec> inputs,
                                         std::span<const std::int64_t> likely);

// Whether the inputs differ in one first dimension alone, or in none.
[[nodiscard]] bool only_batch_is_free(std::span<const TensorSpec> inputs);

}  // namespace inferpool::runtimes
