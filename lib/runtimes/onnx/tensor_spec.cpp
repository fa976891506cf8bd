// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/tensor_spec.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/onnx/network_error.hpp"

namespace inferpool::runtimes {
namespace {

[[noreturn]] void refuse(const std::string& text) {
  throw Error(ErrorCode::kInvalidArgument, text);
}

std::string shape_text(const TensorSpec& spec) {
  if (!spec.dimensions) return "any shape";
  std::string text;
  for (const Dimension& dimension : *spec.dimensions) {
    if (!text.empty()) text += ", ";
    text += dimension.size             ? std::to_string(*dimension.size)
            : dimension.symbol.empty() ? "?"
                                       : dimension.symbol;
  }
  return "[" + text + "]";
}

std::string names_of(const TensorList& tensors) {
  std::string text;
  for (const NamedTensor& named : tensors) {
    text += fmt::format("{}\"{}\"", text.empty() ? "" : ", ", named.name);
  }
  return text.empty() ? "none" : text;
}

[[noreturn]] void refuse_names(std::span<const TensorSpec> specs, const TensorList& inputs) {
  std::string right;
  for (const TensorSpec& spec : specs) {
    right += fmt::format("{}\"{}\" {}", right.empty() ? "" : ", ", spec.name, to_string(spec));
  }
  refuse(fmt::format("the inputs are {}; accepted: {}", names_of(inputs),
                     right.empty() ? "none" : right));
}

// ", with n = 3, m = 2 of another input": the symbols of the spec whose sizes are known.
std::string known_symbols(const TensorSpec& spec, const Symbols& symbols) {
  std::string text;
  for (const Dimension& dimension : *spec.dimensions) {
    const auto known = symbols.find(dimension.symbol);
    if (known == symbols.end()) continue;
    text += fmt::format("{}{} = {}", text.empty() ? "" : ", ", known->first, known->second);
  }
  return text.empty() ? text : fmt::format(", with {} of another input", text);
}

void check(const TensorSpec& spec, const Tensor& tensor, Symbols& symbols) {
  if (tensor.datatype() != spec.datatype) {
    refuse(fmt::format("the input \"{}\" is {}; accepted: {}", spec.name,
                       inferpool::to_string(tensor), to_string(spec)));
  }
  Symbols with_these = symbols;
  if (!fits(spec, tensor.shape(), with_these)) {
    refuse(fmt::format("the input \"{}\" has the shape {}; accepted: {}{}", spec.name,
                       inferpool::to_string(tensor.shape()), shape_text(spec),
                       known_symbols(spec, symbols)));
  }
  symbols = std::move(with_these);
}

}  // namespace

bool fits(const TensorSpec& spec, const Shape& shape, Symbols& symbols) {
  if (!spec.dimensions) return true;
  if (shape.rank() != spec.dimensions->size()) return false;
  for (std::size_t axis = 0; axis < shape.rank(); ++axis) {
    const Dimension& dimension = (*spec.dimensions)[axis];
    if (dimension.size) {
      if (shape[axis] != *dimension.size) return false;
    } else if (!dimension.symbol.empty()) {
      const auto [known, is_new] = symbols.try_emplace(dimension.symbol, shape[axis]);
      if (known->second != shape[axis]) return false;
    }
  }
  return true;
}

std::optional<Shape> known_shape(const TensorSpec& spec, const Symbols& symbols) {
  if (!spec.dimensions) return std::nullopt;
  std::vector<std::int64_t> sizes;
  for (const Dimension& dimension : *spec.dimensions) {
    const auto known = symbols.find(dimension.symbol);
    if (!dimension.size && known == symbols.end()) return std::nullopt;
    sizes.push_back(dimension.size ? *dimension.size : known->second);
  }
  return Shape(sizes);
}

std::vector<const Tensor*> match_inputs(std::span<const TensorSpec> specs, const TensorList& inputs,
                                        Symbols& symbols) {
  std::vector<const Tensor*> tensors;
  for (const TensorSpec& spec : specs) {
    const Tensor* tensor = inputs.find(spec.name);
    if (tensor == nullptr) refuse_names(specs, inputs);
    tensors.push_back(tensor);
  }
  if (inputs.size() != specs.size()) refuse_names(specs, inputs);
  for (std::size_t i = 0; i < specs.size(); ++i) check(specs[i], *tensors[i], symbols);
  return tensors;
}

Shape array_shape(std::span<const int> array, std::size_t elements, const TensorSpec& output) {
  if (array.size() > Shape::kMaxRank) {
    throw NetworkError(
        fmt::format("OpenCV computes the output \"{}\" in {} dimensions; accepted: up to {}",
                    output.name, array.size(), Shape::kMaxRank));
  }
  std::vector<std::int64_t> sizes(array.begin(), array.end());
  const std::size_t rank = output.dimensions ? output.dimensions->size() : sizes.size();
  const bool vector = sizes.size() == 2 && (sizes[0] == 1 || sizes[1] == 1);
  if (rank == 1 && vector) sizes = {sizes[0] * sizes[1]};
  if (rank == 0 && elements == 1) sizes.clear();
  const Shape shape(sizes);
  // An empty array has no dimensions, like a scalar, but no elements either.
  if (!std::cmp_equal(elements, shape.elements())) {
    throw NetworkError(
        fmt::format("OpenCV computes the output \"{}\" in the shape {} with {} elements",
                    output.name, inferpool::to_string(shape), elements));
  }
  return shape;
}

std::string to_string(const TensorSpec& spec) {
  return fmt::format("{}{}{}", name(spec.datatype), spec.dimensions ? " " : " of ",
                     shape_text(spec));
}

std::string to_json(std::span<const TensorSpec> specs) {
  nlohmann::json list = nlohmann::json::array();
  for (const TensorSpec& spec : specs) {
    nlohmann::json entry{{"name", spec.name}, {"datatype", name(spec.datatype)}};
    if (spec.dimensions) {
      entry["shape"] = nlohmann::json::array();
      for (const Dimension& dimension : *spec.dimensions) {
        entry["shape"].push_back(dimension.size.value_or(-1));
      }
    }
    list.push_back(std::move(entry));
  }
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace inferpool::runtimes
