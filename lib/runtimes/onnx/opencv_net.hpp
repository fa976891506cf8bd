// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/dnn.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/tensor.hpp>

#include "runtimes/onnx/graph.hpp"

namespace inferpool::runtimes {

// "OpenCV 4.6.0"
[[nodiscard]] std::string opencv_version();

// A network as OpenCV read it from the bytes of an ONNX file. Throws NetworkError.
class OpencvNet {
 public:
  explicit OpencvNet(std::string_view file);

  // Arrays of FP32, valid until the next call. Throws Error (invalid_argument) for values that FP32
  // does not have.
  [[nodiscard]] std::vector<cv::Mat> run(std::span<const TensorSpec> inputs,
                                         std::span<const Tensor* const> tensors,
                                         std::span<const TensorSpec> outputs);

  // After a run that failed: the first node that OpenCV cannot compute with the inputs that it has,
  // as "\"scores\" (Gemm)"; empty: none. Takes as long as many runs.
  [[nodiscard]] std::string failing_node(std::span<const Node> nodes);

 private:
  void set(const TensorSpec& input, const Tensor& tensor);

  cv::dnn::Net net_;
};

}  // namespace inferpool::runtimes
