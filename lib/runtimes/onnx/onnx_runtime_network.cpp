// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "runtimes/onnx/element_types.hpp"
#include "runtimes/onnx/file_bytes.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/onnx_runtime.hpp"
#include "runtimes/onnx/onnx_runtime_session.hpp"
#include "runtimes/onnx/onnx_runtime_strings.hpp"

namespace inferpool::runtimes {
namespace {

using ort::api;
using ort::check;

std::vector<const char*> names_of(std::span<const TensorSpec> specs) {
  std::vector<const char*> names;
  for (const TensorSpec& spec : specs) names.push_back(spec.name.c_str());
  return names;
}

ort::Env make_env() {
  OrtEnv* env = nullptr;  // its errors say what it would log
  check(api().CreateEnv(ORT_LOGGING_LEVEL_FATAL, "inferpool-onnx", &env));
  return ort::Env(env);
}

ort::MemoryInfo make_memory_info() {
  OrtMemoryInfo* memory = nullptr;
  check(api().CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
  return ort::MemoryInfo(memory);
}

class OnnxRuntimeNetwork final : public Network {
 public:
  OnnxRuntimeNetwork(std::string bytes, const std::filesystem::path& file,
                     const NetworkOptions& options)
      : graph_(read_graph(bytes, &left_out_)),
        env_(make_env()),
        memory_(make_memory_info()),
        session_(ort::make_session(env_.get(), std::move(bytes), file, options)),
        input_names_(names_of(graph_.inputs)),
        output_names_(names_of(graph_.outputs)) {}

  std::span<const TensorSpec> inputs() const noexcept override { return graph_.inputs; }
  std::span<const TensorSpec> outputs() const noexcept override { return graph_.outputs; }
  std::span<const OtherOutput> left_out() const noexcept override { return left_out_; }
  std::string backend() const override { return ort::version(); }

  std::vector<Tensor> run(std::span<const Tensor* const> inputs, const Symbols& symbols,
                          Context& context) override {
    std::vector<ort::Value> views;
    for (const Tensor* input : inputs) views.push_back(view_of(*input));
    // The tensors do not move before the run ends: a small tensor holds its elements itself.
    std::vector<std::optional<Tensor>> tensors(graph_.outputs.size());
    std::vector<ort::Value> values(graph_.outputs.size());
    for (std::size_t i = 0; i < tensors.size(); ++i) {
      const TensorSpec& spec = graph_.outputs[i];
      const std::optional<Shape> shape = known_shape(spec, symbols);
      // ONNX Runtime allocates the memory.
      if (!shape || spec.datatype == Datatype::kBytes) continue;
      tensors[i] = context.output(spec.datatype, *shape);
      values[i] = writable_view(*tensors[i]);
    }
    run_session(views, values);
    std::vector<Tensor> outputs;
    for (std::size_t i = 0; i < values.size(); ++i) {
      outputs.push_back(tensors[i] ? *std::move(tensors[i])
                                   : copied(values[i].get(), graph_.outputs[i], context));
    }
    return outputs;
  }

 private:
  ort::Value view_of(const Tensor& tensor) const {
    if (tensor.datatype() == Datatype::kBytes) return ort::string_value(tensor);
    return ort::view(memory_.get(), tensor.datatype(), tensor.shape(), tensor.bytes());
  }

  ort::Value writable_view(Tensor& tensor) const {
    return ort::view(memory_.get(), tensor.datatype(), tensor.shape(), writable_bytes(tensor));
  }

  void run_session(const std::vector<ort::Value>& inputs, std::vector<ort::Value>& outputs) {
    std::vector<const OrtValue*> in;
    for (const ort::Value& value : inputs) in.push_back(value.get());
    std::vector<OrtValue*> out;
    for (const ort::Value& value : outputs) out.push_back(value.get());
    OrtStatus* const status = api().Run(session_.get(), nullptr, input_names_.data(), in.data(),
                                        in.size(), output_names_.data(), out.size(), out.data());
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (outputs[i] == nullptr) outputs[i].reset(out[i]);
    }
    check(status);
  }

  static Tensor copied(OrtValue* value, const TensorSpec& spec, Context& context) {
    if (spec.datatype == Datatype::kBytes) return ort::string_tensor(value);
    Tensor tensor = context.output(spec.datatype, ort::shape_of(value));
    void* data = nullptr;
    check(api().GetTensorMutableData(value, &data));
    const std::span<std::byte> bytes = writable_bytes(tensor);
    std::copy_n(static_cast<const std::byte*>(data), bytes.size(), bytes.data());
    return tensor;
  }

  std::vector<OtherOutput> left_out_;
  Graph graph_;
  ort::Env env_;
  ort::MemoryInfo memory_;
  ort::Session session_;
  std::vector<const char*> input_names_;
  std::vector<const char*> output_names_;
};

}  // namespace

std::unique_ptr<Network> open_onnx_runtime_network(const std::filesystem::path& file,
                                                   const NetworkOptions& options) {
  return std::make_unique<OnnxRuntimeNetwork>(file_bytes(file), file, options);
}

}  // namespace inferpool::runtimes
