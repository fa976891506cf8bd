// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <opencv2/core/utils/logger.hpp>
#include <string>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/onnx/adapting_nodes.hpp"
#include "runtimes/onnx/fixed_shapes.hpp"
#include "runtimes/onnx/float_values.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/opencv_net.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::size_t kMostNets = 4;

// Past this the zeros alone may be more memory than there is.
constexpr std::int64_t kMostZeros = std::int64_t{64} << 20;

// Those of one request with 1 for each free first dimension; none where others are free, and where
// they have more than kMostZeros elements.
std::optional<std::vector<Shape>> smallest_shapes(std::span<const TensorSpec> inputs) {
  std::vector<Shape> shapes;
  std::int64_t left = kMostZeros;
  for (const TensorSpec& input : inputs) {
    if (!input.dimensions) return std::nullopt;
    std::vector<std::int64_t> sizes;
    std::int64_t elements = 1;
    for (const Dimension& dimension : *input.dimensions) {
      if (!dimension.size && !sizes.empty()) return std::nullopt;
      sizes.push_back(dimension.size.value_or(1));
      if (sizes.back() > left / elements) return std::nullopt;
      elements *= sizes.back();
    }
    left -= elements;
    shapes.emplace_back(sizes);
  }
  return shapes;
}

// Throws where the shape is not that of the network: then the values may be wrong, too.
Shape checked_shape(const cv::Mat& array, const TensorSpec& output, const Symbols& symbols) {
  const std::span sizes(array.size.p, static_cast<std::size_t>(array.dims));
  const Shape shape = array_shape(sizes, array.total(), output);
  Symbols with_these = symbols;
  if (fits(output, shape, with_these)) return shape;
  const std::optional<Shape> wanted = known_shape(output, symbols);
  throw NetworkError(
      fmt::format("{} computes the output \"{}\" in the shape {}; the network says {}",
                  opencv_version(), output.name, inferpool::to_string(shape),
                  wanted ? inferpool::to_string(*wanted) : to_string(output)));
}

void refuse_texts(std::span<const TensorSpec> specs, const char* role) {
  for (const TensorSpec& spec : specs) {
    if (spec.datatype != Datatype::kBytes) continue;
    throw NetworkError(fmt::format("the {} \"{}\" is BYTES, with which {} does not compute", role,
                                   spec.name, opencv_version()));
  }
}

// Why an input of one dimension is not served. cv::Mat makes it two, [n] as [n, 1]; then an axis
// that is counted from the end, and what broadcasts, is another, and the values are silently wrong.
std::string one_dimension(const TensorSpec& input) {
  return fmt::format(
      "the input \"{}\" has one dimension, which OpenCV has not: it would compute with a column of "
      "two; accepted: two dimensions or more, or ONNX Runtime",
      input.name);
}

void refuse_vectors(std::span<const TensorSpec> inputs) {
  for (const TensorSpec& input : inputs) {
    if (input.dimensions && input.dimensions->size() == 1) throw NetworkError(one_dimension(input));
  }
}

// One that the network takes in any shape.
void refuse_vectors(std::span<const TensorSpec> specs, std::span<const Tensor* const> inputs) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (inputs[i]->shape().rank() != 1) continue;
    throw Error(ErrorCode::kInvalidArgument, one_dimension(specs[i]));
  }
}

class OpencvNetwork final : public Network {
 public:
  explicit OpencvNetwork(std::string file)
      : file_(std::move(file)), graph_(read_graph(file_)), one_for_all_(adapts_to_batch(graph_)) {
    refuse_texts(graph_.inputs, "input");
    refuse_texts(graph_.outputs, "output");
    refuse_vectors(graph_.inputs);
    if (one_for_all_) {
      nets_.push_back({{}, OpencvNet(file_)});
      file_ = std::string();
    }
    if (const auto shapes = smallest_shapes(graph_.inputs)) try_out(*shapes);
  }

  std::span<const TensorSpec> inputs() const noexcept override { return graph_.inputs; }
  std::span<const TensorSpec> outputs() const noexcept override { return graph_.outputs; }
  std::string backend() const override { return opencv_version(); }

  std::vector<Tensor> run(std::span<const Tensor* const> inputs, const Symbols& symbols,
                          Context& context) override {
    refuse_vectors(graph_.inputs, inputs);
    const std::vector<cv::Mat> arrays = net_for(inputs).run(graph_.inputs, inputs, graph_.outputs);
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const TensorSpec& spec = graph_.outputs[i];
      Tensor output = context.output(spec.datatype, checked_shape(arrays[i], spec, symbols));
      from_floats({arrays[i].ptr<float>(), arrays[i].total()}, spec.name, output);
      outputs.push_back(std::move(output));
    }
    return outputs;
  }

 private:
  struct Read {
    std::vector<Shape> shapes = {};  // none: for all
    OpencvNet net;
  };

  // The one for these inputs, in front of the others.
  OpencvNet& net_for(std::span<const Tensor* const> inputs) {
    if (one_for_all_) return nets_.front().net;
    std::vector<Shape> shapes;
    for (const Tensor* input : inputs) shapes.push_back(input->shape());
    auto known = std::ranges::find(nets_, shapes, &Read::shapes);
    if (known == nets_.end()) {
      OpencvNet net(with_shapes(file_, graph_.inputs, shapes));
      if (nets_.size() == kMostNets) nets_.pop_back();
      known = nets_.insert(nets_.end(), {std::move(shapes), std::move(net)});
    }
    std::rotate(nets_.begin(), known, known + 1);
    return nets_.front().net;
  }

  void try_out(const std::vector<Shape>& shapes) {
    Symbols symbols;
    std::vector<Tensor> zeros;
    std::vector<const Tensor*> inputs;
    zeros.reserve(shapes.size());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      if (!fits(graph_.inputs[i], shapes[i], symbols)) return;
      inputs.push_back(&zeros.emplace_back(graph_.inputs[i].datatype, shapes[i]));
    }
    OpencvNet& net = net_for(inputs);
    try {
      const std::vector<cv::Mat> arrays = net.run(graph_.inputs, inputs, graph_.outputs);
      for (std::size_t i = 0; i < arrays.size(); ++i) {
        static_cast<void>(checked_shape(arrays[i], graph_.outputs[i], symbols));
      }
    } catch (const NetworkError& error) {
      const std::string node = net.failing_node(graph_.nodes);
      if (node.empty()) throw;
      throw NetworkError(fmt::format("the node {} cannot be computed: {}", node, error.what()));
    }
  }

  std::string file_;  // empty where it is not read again
  Graph graph_;
  bool one_for_all_;
  std::vector<Read> nets_ = {};  // the one that was used last is the first
};

}  // namespace

std::unique_ptr<Network> open_opencv_network(std::string file, std::optional<int> threads) {
  if (std::getenv("OPENCV_LOG_LEVEL") == nullptr) {  // what it logs, its exceptions say
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  }
  if (threads) cv::setNumThreads(*threads);
  return std::make_unique<OpencvNetwork>(std::move(file));
}

}  // namespace inferpool::runtimes
