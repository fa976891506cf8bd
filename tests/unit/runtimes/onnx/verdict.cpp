// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/verdict.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <vector>

#include "runtimes/onnx/opencv_network.hpp"
#include "unit/runtimes/onnx/plain_context.hpp"

namespace inferpool::test {
namespace {

Tensor tensor_of(const Array& array) {
  if (array.type == kInt64) {
    return Tensor::from(std::vector<std::int64_t>(array.values.begin(), array.values.end()),
                        Shape(array.sizes));
  }
  return Tensor::from(std::vector<float>(array.values.begin(), array.values.end()),
                      Shape(array.sizes));
}

double value_at(const Tensor& tensor, std::size_t place) {
  return tensor.datatype() == Datatype::kInt64
             ? static_cast<double>(tensor.values<std::int64_t>()[place])
             : static_cast<double>(tensor.values<float>()[place]);
}

// What differs by more than FP32's rounding does in networks of a few nodes; empty if nothing does.
std::string difference(const Tensor& got, const Array& wanted) {
  if (got.shape() != Shape(wanted.sizes)) {
    return "the shape " + inferpool::to_string(got.shape()) + ", not " +
           inferpool::to_string(Shape(wanted.sizes));
  }
  double largest = 1;
  for (const double value : wanted.values) largest = std::max(largest, std::abs(value));
  if (!(largest < 1e30)) return {};  // past FP32, or no number: nothing to compare
  for (std::size_t i = 0; i < wanted.values.size(); ++i) {
    const double margin = 1e-5 * largest + 1e-4 * std::abs(wanted.values[i]);
    if (std::abs(value_at(got, i) - wanted.values[i]) <= margin) continue;
    return std::to_string(value_at(got, i)) + " at " + std::to_string(i) + ", not " +
           std::to_string(wanted.values[i]);
  }
  return {};
}

}  // namespace

Verdict verdict_on(RandomGraph& graph) {
  const TestModel& model = graph.finish();
  std::unique_ptr<runtimes::Network> network;
  try {
    network = runtimes::open_opencv_network(file_of(model), 1);
  } catch (const runtimes::NetworkError& error) {
    return {Verdict::kRefused, error.what()};
  }
  const Sizes& sizes = model.inputs[0].sizes;
  for (const std::int64_t batch :
       {std::int64_t{1}, std::int64_t{3}, std::int64_t{2}, sizes.size() > 1 ? sizes[1] : 4,
        std::int64_t{1}, std::int64_t{5}}) {
    const Arrays arrays = graph.inputs_for(batch);
    TensorList inputs;
    for (const auto& [name, array] : arrays) inputs.add(name, tensor_of(array));
    std::string wrong;
    try {
      const Arrays wanted = evaluated(model, arrays);
      runtimes::Symbols symbols;
      PlainContext context;
      const auto matched = runtimes::match_inputs(network->inputs(), inputs, symbols);
      const std::vector<Tensor> outputs = network->run(matched, symbols, context);
      for (std::size_t i = 0; i < outputs.size() && wrong.empty(); ++i) {
        wrong = difference(outputs[i], wanted.at(model.outputs[i].name));
      }
    } catch (const std::exception& error) {
      wrong = std::string("fails: ") + error.what();
    }
    if (!wrong.empty()) {
      return {Verdict::kWrong,
              "batch " + std::to_string(batch) + ": " + wrong + "\n" + described(model)};
    }
  }
  return {Verdict::kRight};
}

}  // namespace inferpool::test
