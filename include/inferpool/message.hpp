// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include <inferpool/tensor.hpp>

namespace inferpool {

// The value of a parameter, as in the Open Inference Protocol V2.
using Parameter = std::variant<bool, std::int64_t, double, std::string>;
using Parameters = std::map<std::string, Parameter, std::less<>>;

struct NamedTensor {
  std::string name;
  Tensor tensor;
};

// An ordered list of tensors with distinct names.
class TensorList {
 public:
  TensorList() = default;
  // Throws Error (invalid_argument) for an empty or a repeated name.
  TensorList(std::initializer_list<NamedTensor> tensors);
  explicit TensorList(std::vector<NamedTensor> tensors);

  // The tensor of that name; throws Error (invalid_argument) that lists the existing names.
  [[nodiscard]] const Tensor& operator[](std::string_view name) const;
  // The tensor of that name, or null.
  [[nodiscard]] const Tensor* find(std::string_view name) const noexcept;
  // Throws as the constructor.
  void add(std::string name, Tensor tensor);

  [[nodiscard]] std::size_t size() const noexcept { return tensors_.size(); }
  [[nodiscard]] bool empty() const noexcept { return tensors_.empty(); }
  [[nodiscard]] auto begin() const noexcept { return tensors_.begin(); }
  [[nodiscard]] auto end() const noexcept { return tensors_.end(); }

 private:
  std::vector<NamedTensor> tensors_;
};

// Several named input tensors and parameters. `id` comes back in the response.
struct Request {
  Request() = default;
  Request(std::initializer_list<NamedTensor> tensors) : inputs(tensors) {}

  [[nodiscard]] const Tensor& operator[](std::string_view name) const { return inputs[name]; }

  std::string id = {};
  TensorList inputs = {};
  Parameters parameters = {};
};

// Several named output tensors and parameters. A model need only fill in the outputs: empty id,
// model_name and model_version are set from the request and the settings.
struct Response {
  Response() = default;
  Response(std::initializer_list<NamedTensor> tensors) : outputs(tensors) {}

  [[nodiscard]] const Tensor& operator[](std::string_view name) const { return outputs[name]; }

  std::string id = {};
  std::string model_name = {};
  std::string model_version = {};
  TensorList outputs = {};
  Parameters parameters = {};
};

}  // namespace inferpool
