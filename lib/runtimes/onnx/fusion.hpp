// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/onnx/network_plan.hpp"

namespace inferpool::runtimes {

// Whether OpenCV may fuse layers of this network. OpenCV takes the wrong axis for the channels if a
// node that goes by channels (BatchNormalization, PRelu, a constant with one value per channel)
// follows a sum or product of computed values, or a MatMul of more than two dimensions.
[[nodiscard]] bool may_fuse(const NetworkPlan& plan);

}  // namespace inferpool::runtimes
