// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// A network for OpenCV's DNN module, from the bytes of an ONNX file. OpenCV computes in FP32; see
// float_values.hpp for inputs and outputs of other datatypes. `threads` is OpenCV's own number, of
// the whole process; none: as OpenCV chooses.
//
// OpenCV fixes shapes when it reads a network. So one with other nodes than those that adapt to the
// batch (adapting_nodes.hpp), or with other free dimensions, is read once more for each new shape
// of its inputs; the last four are kept.
//
// Throws NetworkError that names the node which OpenCV lacks, or an input of one dimension, which
// it lacks as well. A network in which no dimensions but first ones are free is run once, on zeros,
// so that a node that OpenCV has but cannot compute is named here, too; but not with more than 64
// Mi of them.
[[nodiscard]] std::unique_ptr<Network> open_opencv_network(std::string file,
                                                           std::optional<int> threads);

}  // namespace inferpool::runtimes
