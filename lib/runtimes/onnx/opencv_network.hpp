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
// Only forms of nodes that were compared with a reference are served (trusted_forms.hpp). OpenCV
// fixes shapes when it reads a network: one that is not right for each batch from one reading, or
// has other free dimensions, is read once more for each new shape of its inputs; the last four are
// kept.
//
// Throws NetworkError that names the node which is not trusted, or what else is not served, such as
// an input of one dimension. The network is looked at with several sizes of its free dimensions,
// and run once on zeros, but not with more than 64 Mi of them. A run in a shape in which a node is
// not trusted throws NetworkError, too.
[[nodiscard]] std::unique_ptr<Network> open_opencv_network(std::string file,
                                                           std::optional<int> threads);

}  // namespace inferpool::runtimes
