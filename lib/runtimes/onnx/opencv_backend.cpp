// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/backend.hpp"
#include "runtimes/onnx/backend_stamp.hpp"
#include "runtimes/onnx/opencv_network.hpp"
#include "runtimes/onnx/whole_network.hpp"

using inferpool::runtimes::NetworkOptions;

// The module inferpool-onnx-opencv.so. OpenCV has no setting for the spinning of its threads.
const inferpool::runtimes::Backend inferpool_onnx_backend{
    .stamp = inferpool::runtimes::kBackendStamp,
    .open = [](const std::filesystem::path& file, const NetworkOptions& options) {
      return inferpool::runtimes::open_opencv_network(inferpool::runtimes::whole_network(file),
                                                      options.threads);
    }};
