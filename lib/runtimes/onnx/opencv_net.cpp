// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_net.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <exception>
#include <limits>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/onnx/float_values.hpp"
#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/opencv_text.hpp"

namespace inferpool::runtimes {
namespace {

// Turns exceptions of OpenCV into NetworkError; others pass.
template <typename Call>
auto told(const Call& call) {
  try {
    return call();
  } catch (const cv::Exception& error) {
    throw NetworkError(fmt::format("{}: {}", opencv_version(), without_places(error.what())));
  }
}

std::vector<int> sizes_of(const Shape& shape) {
  std::vector<int> sizes;
  for (const std::int64_t size : shape.dimensions()) sizes.push_back(static_cast<int>(size));
  if (sizes.empty()) sizes.push_back(1);
  return sizes;
}

}  // namespace

void require_elements(const TensorSpec& input, const Shape& shape) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  if (shape.elements() > 0 && shape.elements() <= kMost) return;
  throw Error(ErrorCode::kInvalidArgument,
              fmt::format("the input \"{}\" has {} elements; OpenCV accepts 1 to {}", input.name,
                          shape.elements(), kMost));
}

std::string opencv_version() { return "OpenCV " + cv::getVersionString(); }

OpencvNet::OpencvNet(OpencvFile file)
    : net_(told([&] { return cv::dnn::readNetFromONNX(file.bytes.data(), file.bytes.size()); })),
      inputs_(std::move(file.inputs)),
      outputs_(file.outputs.begin(), file.outputs.end()) {
  told([&] {
    net_.setPreferableBackend(cv::dnn::DNN_BACKEND_OPENCV);
    net_.setPreferableTarget(cv::dnn::DNN_TARGET_CPU);
    net_.enableFusion(file.fuse);
  });
}

void OpencvNet::set(const TensorSpec& input, const std::string& name, const Tensor& tensor) {
  const std::vector<int> sizes = sizes_of(tensor.shape());
  const auto rank = static_cast<int>(sizes.size());
  if (tensor.datatype() == Datatype::kFp32) {  // a view is enough: OpenCV copies it
    const cv::Mat view(rank, sizes.data(), CV_32F,
                       const_cast<float*>(tensor.values<float>().data()));
    told([&] { net_.setInput(view, name); });
    return;
  }
  cv::Mat floats(rank, sizes.data(), CV_32F);
  to_floats(tensor, input.name, {floats.ptr<float>(), floats.total()});
  told([&] { net_.setInput(floats, name); });
}

std::vector<cv::Mat> OpencvNet::run(std::span<const TensorSpec> inputs,
                                    std::span<const Tensor* const> tensors) {
  for (std::size_t i = 0; i < inputs.size(); ++i) set(inputs[i], inputs_[i], *tensors[i]);
  std::vector<cv::Mat> arrays;
  told([&] {
    net_.forward(arrays, outputs_);
    for (cv::Mat& array : arrays) {
      if (array.depth() != CV_32F || !array.isContinuous()) {
        cv::Mat floats;
        array.convertTo(floats, CV_32F);
        array = floats;
      }
    }
  });
  if (arrays.size() != outputs_.size()) throw NetworkError("OpenCV has not computed all outputs");
  return arrays;
}

std::string OpencvNet::failing_layer() {
  for (const cv::String& layer : net_.getLayerNames()) {
    try {
      net_.forward(layer);
    } catch (const std::exception&) {  // also exceptions of the C++ library, such as std::bad_alloc
      return layer;
    }
  }
  return {};
}

}  // namespace inferpool::runtimes
