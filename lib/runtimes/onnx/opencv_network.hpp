// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {

// Opens a network with OpenCV's DNN module, from the bytes of an ONNX file. OpenCV computes in
// FP32; see float_values.hpp for inputs and outputs of other datatypes. `threads` is OpenCV's own
// number for the whole process; none: OpenCV chooses.
//
// Only forms of nodes that were compared with a reference are served (trusted_forms.hpp). OpenCV
// fixes shapes when it reads a network. So a network is read again for each new shape of its inputs
// if one reading is not right for every batch, or if other dimensions are free. The last four are
// kept.
//
// Throws NetworkError that names the node that is not trusted, or whatever else is not served, such
// as an input of one dimension. The network is checked with several sizes of its free dimensions,
// and run once on zeros unless it needs more than 64 Mi of them. A run throws NetworkError, too, if
// a node is not trusted with the shapes of its inputs.
[[nodiscard]] std::unique_ptr<Network> open_opencv_network(std::string file,
                                                           std::optional<int> threads);

}  // namespace inferpool::runtimes
