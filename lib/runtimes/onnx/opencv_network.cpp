// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <opencv2/core/utils/logger.hpp>
#include <string>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/onnx/float_values.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/network_plan.hpp"
#include "runtimes/onnx/node_graph.hpp"
#include "runtimes/onnx/opencv_file.hpp"
#include "runtimes/onnx/opencv_net.hpp"
#include "runtimes/onnx/sample_shapes.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::size_t kMostNets = 4;

// Above this the zeros alone may need more memory than the machine has.
constexpr std::int64_t kMostZeros = std::int64_t{64} << 20;

// How many shapes are remembered as right, for a network that is read once.
constexpr std::size_t kMostKnown = 64;

bool is_small(const std::vector<Shape>& shapes) {
  std::int64_t left = kMostZeros;
  for (const Shape& shape : shapes) {
    std::int64_t elements = 1;
    for (const std::int64_t size : shape.dimensions()) {
      if (size > left / elements) return false;
      elements *= size;
    }
    left -= elements;
  }
  return true;
}

std::vector<std::string> names_of(const std::vector<TensorSpec>& specs) {
  std::vector<std::string> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name);
  return names;
}

// Throws if the shape differs from the network's: then the values may be wrong, too.
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
    throw NetworkError(fmt::format("the {} \"{}\" is BYTES; {} does not compute with it", role,
                                   spec.name, opencv_version()));
  }
}

// Why an input of one dimension is not served: cv::Mat makes [n] into [n, 1]. Then axes that count
// from the end, and broadcasting, mean something else, and the values are silently wrong.
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

// For inputs that the network takes in any shape.
void refuse_vectors(std::span<const TensorSpec> specs, std::span<const Tensor* const> inputs) {
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (inputs[i]->shape().rank() != 1) continue;
    throw Error(ErrorCode::kInvalidArgument, one_dimension(specs[i]));
  }
}

// Some sizes of constants: a free size that meets one of them has to equal it.
std::vector<std::int64_t> sizes_in(const NodeGraph& graph) {
  constexpr std::size_t kMost = 32;
  std::vector<std::int64_t> sizes;
  for (const auto& [name, constant] : graph.constants) {
    for (const std::int64_t size : constant.sizes) {
      const bool is_new = std::ranges::find(sizes, size) == sizes.end();
      if (is_new && sizes.size() < kMost) sizes.push_back(size);
    }
  }
  return sizes;
}

class OpencvNetwork final : public Network {
 public:
  explicit OpencvNetwork(std::string file)
      : file_(std::move(file)),
        specs_(read_graph(file_)),
        graph_(read_node_graph(file_, names_of(specs_.inputs), names_of(specs_.outputs))) {
    refuse_texts(specs_.inputs, "input");
    refuse_texts(specs_.outputs, "output");
    refuse_vectors(specs_.inputs);
    try_out();
  }

  std::span<const TensorSpec> inputs() const noexcept override { return specs_.inputs; }
  std::span<const TensorSpec> outputs() const noexcept override { return specs_.outputs; }
  std::string backend() const override { return opencv_version(); }

  std::vector<Tensor> run(std::span<const Tensor* const> inputs, const Symbols& symbols,
                          Context& context) override {
    refuse_vectors(specs_.inputs, inputs);
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      require_elements(specs_.inputs[i], inputs[i]->shape());
      shapes.push_back(inputs[i]->shape());
    }
    const std::vector<cv::Mat> arrays = net_for(shapes).net.run(specs_.inputs, inputs);
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < arrays.size(); ++i) {
      const TensorSpec& spec = specs_.outputs[i];
      Tensor output = context.output(spec.datatype, checked_shape(arrays[i], spec, symbols));
      from_floats({arrays[i].ptr<float>(), arrays[i].total()}, spec.name, output);
      outputs.push_back(std::move(output));
    }
    return outputs;
  }

 private:
  struct Read {
    std::vector<std::vector<Shape>> shapes = {};  // for which it is right
    NetworkPlan plan;
    OpencvNet net;
  };

  NetworkPlan plan_for(const std::vector<Shape>& shapes) const {
    return plan_network(graph_, specs_.inputs, specs_.outputs, shapes);
  }

  Read read(const std::vector<Shape>& shapes, bool any_batch) const {
    NetworkPlan plan = plan_for(shapes);
    try {
      OpencvNet net(opencv_file(graph_, plan, specs_.inputs, specs_.outputs, any_batch));
      return {.shapes = {shapes}, .plan = std::move(plan), .net = std::move(net)};
    } catch (const NetworkError& error) {
      const GraphNode* node = node_of_layer(plan, error.what());
      if (node == nullptr) throw;
      throw NetworkError(fmt::format("{} cannot be read: {}", node->label(), error.what()));
    }
  }

  // The net for inputs of these shapes, which becomes the first. Throws if a node is not trusted.
  Read& net_for(const std::vector<Shape>& shapes) {
    if (one_for_all_) {
      std::vector<std::vector<Shape>>& known = nets_.front().shapes;
      if (std::ranges::find(known, shapes) == known.end()) {
        static_cast<void>(plan_for(shapes));
        if (known.size() == kMostKnown) known.erase(known.begin());
        known.push_back(shapes);
      }
      return nets_.front();
    }
    auto read_before =
        std::ranges::find_if(nets_, [&](const Read& one) { return one.shapes.front() == shapes; });
    if (read_before == nets_.end()) {
      Read one = read(shapes, false);
      if (nets_.size() == kMostNets) nets_.pop_back();
      read_before = nets_.insert(nets_.end(), std::move(one));
    }
    std::rotate(nets_.begin(), read_before, read_before + 1);
    return nets_.front();
  }

  // Throws unless OpenCV computes one of the sample requests, and its other batches are trusted.
  void try_out() {
    const SampleShapes samples = sample_shapes(specs_.inputs, sizes_in(graph_));
    std::exception_ptr first;
    for (std::size_t i = 0; i < samples.requests.size(); ++i) {
      try {
        try_one(samples.requests[i], samples.batches[i]);
        return;
      } catch (const NetworkError&) {
        if (first == nullptr) first = std::current_exception();
      }
    }
    if (first != nullptr) std::rethrow_exception(first);
  }

  void try_one(const std::vector<Shape>& request, const std::vector<std::vector<Shape>>& batches) {
    bool any_batch = plan_for(request).any_batch && only_batch_is_free(specs_.inputs);
    for (const std::vector<Shape>& batch : batches) {
      try {
        any_batch = plan_for(batch).any_batch && any_batch;
      } catch (
          const UnfitShapes&) {  // the network does not allow it: such a request gets the error
        any_batch = false;
      }
    }
    nets_.clear();
    one_for_all_ = any_batch;
    if (one_for_all_) nets_.push_back(read(request, true));
    if (is_small(request)) run_on_zeros(request);
    if (!one_for_all_) return;
    for (auto& [name, constant] : graph_.constants) constant.packed = {};  // views of the file
    file_ = std::string();
  }

  void run_on_zeros(const std::vector<Shape>& shapes) {
    Symbols symbols;
    std::vector<Tensor> zeros;
    std::vector<const Tensor*> inputs;
    zeros.reserve(shapes.size());
    for (std::size_t i = 0; i < shapes.size(); ++i) {
      static_cast<void>(fits(specs_.inputs[i], shapes[i], symbols));
      inputs.push_back(&zeros.emplace_back(specs_.inputs[i].datatype, shapes[i]));
    }
    Read& one = net_for(shapes);
    try {
      const std::vector<cv::Mat> arrays = one.net.run(specs_.inputs, inputs);
      for (std::size_t i = 0; i < arrays.size(); ++i) {
        static_cast<void>(checked_shape(arrays[i], specs_.outputs[i], symbols));
      }
    } catch (const NetworkError& error) {
      const GraphNode* node = node_of_layer(one.plan, one.net.failing_layer());
      if (node == nullptr) throw;
      throw NetworkError(fmt::format("{} cannot be computed: {}", node->label(), error.what()));
    }
  }

  std::string file_;  // empty if it is not read again
  Graph specs_;
  NodeGraph graph_;
  bool one_for_all_ = false;
  std::vector<Read> nets_ = {};  // the most recently used one first
};

}  // namespace

std::unique_ptr<Network> open_opencv_network(std::string file, std::optional<int> threads) {
  if (std::getenv("OPENCV_LOG_LEVEL") == nullptr) {  // its exceptions say what it would log
    cv::utils::logging::setLogLevel(cv::utils::logging::LOG_LEVEL_SILENT);
  }
  if (threads) cv::setNumThreads(*threads);
  return std::make_unique<OpencvNetwork>(std::move(file));
}

}  // namespace inferpool::runtimes
