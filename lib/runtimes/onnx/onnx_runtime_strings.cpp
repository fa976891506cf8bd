// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_strings.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

namespace inferpool::runtimes::ort {

Value string_value(const Tensor& tensor) {
  std::vector<std::string> texts;
  for (const std::string_view text : tensor.strings()) {
    if (text.find('\0') != std::string_view::npos) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("the element {} of a BYTES tensor has a zero byte, at which ONNX "
                              "Runtime would cut it off; accepted: text without one",
                              texts.size()));
    }
    texts.emplace_back(text);
  }
  std::vector<const char*> pointers;
  for (const std::string& text : texts) pointers.push_back(text.c_str());
  OrtAllocator* allocator = nullptr;  // ONNX Runtime's own
  check(api().GetAllocatorWithDefaultOptions(&allocator));
  OrtValue* taken = nullptr;
  const Shape& shape = tensor.shape();
  check(api().CreateTensorAsOrtValue(allocator, shape.dimensions().data(), shape.rank(),
                                     ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING, &taken));
  Value value(taken);
  if (!pointers.empty()) check(api().FillStringTensor(taken, pointers.data(), pointers.size()));
  return value;
}

Tensor string_tensor(const OrtValue* value) {
  const Shape shape = shape_of(value);
  const auto count = static_cast<std::size_t>(shape.elements());
  std::vector<std::string_view> texts(count);
  std::size_t size = 0;
  if (count > 0) check(api().GetStringTensorDataLength(value, &size));
  std::string all(size, '\0');
  std::vector<std::size_t> begins(count + 1, size);
  if (count > 0) {
    check(api().GetStringTensorContent(value, all.data(), size, begins.data(), count));
  }
  for (std::size_t i = 0; i < count; ++i) {
    texts[i] = std::string_view(all).substr(begins[i], begins[i + 1] - begins[i]);
  }
  return Tensor::from_strings(texts, shape);
}

}  // namespace inferpool::runtimes::ort
