// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "runtimes/onnx/network_plan.hpp"

namespace inferpool::runtimes {

// Whether OpenCV may make one layer of several in this network. It is wrong where what goes by
// channels (BatchNormalization, PRelu, a constant of one for each channel) follows a sum or product
// of computed values, or a MatMul of more than two dimensions: it then takes another axis for the
// channels.
[[nodiscard]] bool may_fuse(const NetworkPlan& plan);

}  // namespace inferpool::runtimes
