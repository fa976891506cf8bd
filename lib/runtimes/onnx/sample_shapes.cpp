// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/sample_shapes.hpp"

#include <cstddef>
#include <iterator>
#include <string>

namespace inferpool::runtimes {
namespace {

// Usual sizes for networks of images, sounds and texts.
constexpr std::int64_t kSizes[] = {32, 64, 224, 512, 7, 1};

std::vector<std::int64_t> sizes_of(const TensorSpec& input, std::int64_t batch, std::int64_t free) {
  if (!input.dimensions) {
    return free > 32 ? std::vector{batch, std::int64_t{3}, free, free} : std::vector{batch, free};
  }
  std::vector<std::int64_t> sizes;
  for (const Dimension& dimension : *input.dimensions) {
    sizes.push_back(dimension.size.value_or(sizes.empty() ? batch : free));
  }
  return sizes;
}

std::vector<Shape> shapes_of(std::span<const TensorSpec> inputs, std::int64_t batch,
                             std::int64_t free) {
  std::vector<Shape> shapes;
  for (const TensorSpec& input : inputs) shapes.emplace_back(sizes_of(input, batch, free));
  return shapes;
}

// Whether the network allows the shapes: a symbol has the same size everywhere.
bool allowed(std::span<const TensorSpec> inputs, const std::vector<Shape>& shapes) {
  Symbols symbols;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (!fits(inputs[i], shapes[i], symbols)) return false;
  }
  return true;
}

bool has_free_size(std::span<const TensorSpec> inputs) {
  for (const TensorSpec& input : inputs) {
    if (!input.dimensions) return true;
    for (std::size_t axis = 1; axis < input.dimensions->size(); ++axis) {
      if (!(*input.dimensions)[axis].size) return true;
    }
  }
  return false;
}

}  // namespace

SampleShapes sample_shapes(std::span<const TensorSpec> inputs,
                           std::span<const std::int64_t> likely) {
  SampleShapes samples;
  std::vector<std::int64_t> sizes(std::begin(kSizes), std::end(kSizes));
  sizes.insert(sizes.end(), likely.begin(), likely.end());
  for (const std::int64_t free : sizes) {
    // If a symbol is both a first size and another one, the batch needs that size.
    std::int64_t batch = 1;
    if (!allowed(inputs, shapes_of(inputs, batch, free))) batch = free;
    std::vector<Shape> request = shapes_of(inputs, batch, free);
    if (!allowed(inputs, request)) continue;
    std::int64_t channels = 4;
    for (const Shape& shape : request) channels = shape.rank() > 1 ? shape[1] : channels;
    std::vector<std::vector<Shape>> batches;
    for (const std::int64_t other : {std::int64_t{2}, std::int64_t{3}, channels}) {
      std::vector<Shape> shapes = shapes_of(inputs, other, free);
      if (shapes != request && allowed(inputs, shapes)) batches.push_back(std::move(shapes));
    }
    samples.requests.push_back(std::move(request));
    samples.batches.push_back(std::move(batches));
    if (!has_free_size(inputs)) break;
  }
  return samples;
}

bool only_batch_is_free(std::span<const TensorSpec> inputs) {
  std::size_t free_inputs = 0;
  std::string symbol;
  bool same = true;
  if (has_free_size(inputs)) return false;
  for (const TensorSpec& input : inputs) {
    if (input.dimensions->empty() || input.dimensions->front().size) continue;
    const std::string& own = input.dimensions->front().symbol;
    if (free_inputs++ == 0) symbol = own;
    same = same && !own.empty() && own == symbol;
  }
  return free_inputs < 2 || same;
}

}  // namespace inferpool::runtimes
