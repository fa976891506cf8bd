// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "catch.hpp"
#include "runtimes/onnx/network.hpp"
#include "unit/runtimes/onnx/plain_context.hpp"

namespace inferpool::test {

inline std::vector<Tensor> outputs_of(runtimes::Network& network, const TensorList& inputs) {
  runtimes::Symbols symbols;
  PlainContext context;
  return network.run(match_inputs(network.inputs(), inputs, symbols), symbols, context);
}

// Rows [first, first + count) of an array of rows of `shape`.
inline Tensor rows_of(const std::vector<float>& values, std::vector<std::int64_t> shape,
                      std::int64_t first, std::int64_t count) {
  const std::int64_t size = Shape(shape).elements();
  shape.insert(shape.begin(), count);
  const auto rows = std::span(values).subspan(static_cast<std::size_t>(first * size),
                                              static_cast<std::size_t>(count * size));
  return Tensor::from(rows, Shape(shape));
}

inline double largest_difference(const Tensor& left, const Tensor& right) {
  REQUIRE(left.shape() == right.shape());
  double largest = 0;
  for (std::size_t i = 0; i < left.values<float>().size(); ++i) {
    const double difference = std::abs(left.values<float>()[i] - right.values<float>()[i]);
    largest = difference <= largest ? largest : difference;  // a NaN is a difference
  }
  return largest;
}

// Parts of the references, so that batches grow and shrink.
struct Batch {
  std::int64_t first, count;
};
inline constexpr Batch kBatches[] = {{0, 5}, {0, 1}, {4, 1}, {1, 3},
                                     {3, 2}, {0, 4}, {0, 5}, {2, 1}};

}  // namespace inferpool::test
