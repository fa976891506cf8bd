// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <opencv2/dnn.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/tensor.hpp>

#include "runtimes/onnx/opencv_file.hpp"

namespace inferpool::runtimes {

// "OpenCV 4.6.0"
[[nodiscard]] std::string opencv_version();

// Throws Error (invalid_argument) if the shape has no elements (OpenCV has no such array), or more
// than an int can count.
void require_elements(const TensorSpec& input, const Shape& shape);

// A network as OpenCV read it. Throws NetworkError.
class OpencvNet {
 public:
  explicit OpencvNet(OpencvFile file);

  // Returns arrays of FP32, valid until the next call. The inputs are in the order of the file.
  // Throws Error (invalid_argument) for values that FP32 does not have.
  [[nodiscard]] std::vector<cv::Mat> run(std::span<const TensorSpec> inputs,
                                         std::span<const Tensor* const> tensors);

  // After a failed run: the first layer that OpenCV cannot compute with the current inputs; empty
  // if there is none. Takes as long as many runs.
  [[nodiscard]] std::string failing_layer();

 private:
  void set(const TensorSpec& input, const std::string& name, const Tensor& tensor);

  cv::dnn::Net net_;
  std::vector<std::string> inputs_;
  std::vector<cv::String> outputs_;
};

}  // namespace inferpool::runtimes
