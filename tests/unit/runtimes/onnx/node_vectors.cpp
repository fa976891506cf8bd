// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/node_vectors.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <span>
#include <type_traits>
#include <utility>

#include <inferpool/error.hpp>

#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/element_types.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"
#include "unit/runtimes/onnx/plain_context.hpp"
#include "unit/runtimes/onnx/stored_values.hpp"

namespace inferpool::test {
namespace {

namespace onnx = runtimes::onnx;
using runtimes::ElementType;
using runtimes::WireReader;

struct NodeVector {
  std::string name;                          // "node/test_abs"
  std::string file;                          // the bytes of its network
  std::vector<std::string> inputs, outputs;  // TensorProto messages, or others
};

// The files input_0.pb, input_1.pb and so on of a folder.
std::vector<std::string> messages(const std::filesystem::path& folder, const std::string& role) {
  std::vector<std::string> files;
  for (;;) {
    const auto file = folder / (role + "_" + std::to_string(files.size()) + ".pb");
    if (!std::filesystem::exists(file)) return files;
    files.push_back(read_file(file));
  }
}

template <typename T>
double real(T value) {
  if constexpr (std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>) {
    return value.to_float();
  } else {
    return static_cast<double>(value);
  }
}

// The precision that rounding leaves. FP64 is computed in FP32, too.
template <typename T>
constexpr double kPrecision = std::is_same_v<T, Float16>    ? 1e-3
                              : std::is_same_v<T, BFloat16> ? 1e-2
                                                            : 1e-4;

template <typename T>
bool is_near(T got, T wanted, double largest) {
  if constexpr (std::is_integral_v<T>) {
    return got == wanted;
  } else {
    const double a = real(got);
    const double b = real(wanted);
    if (a == b || (std::isnan(a) && std::isnan(b))) return true;
    return std::abs(a - b) <= kPrecision<T> * (0.1 * largest + std::abs(b));
  }
}

template <typename T>
std::string difference_of_values(std::span<const T> got, std::span<const T> wanted) {
  double largest = 0;
  for (const T value : wanted) {
    if (std::isfinite(real(value))) largest = std::max(largest, std::abs(real(value)));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (is_near(got[i], wanted[i], largest)) continue;
    return std::to_string(real(got[i])) + " at " + std::to_string(i) + ", not " +
           std::to_string(real(wanted[i]));
  }
  return {};
}

std::string difference(const Tensor& got, const Tensor& wanted) {
  if (got.datatype() != wanted.datatype() || got.shape() != wanted.shape()) {
    return to_string(got) + ", not " + to_string(wanted);
  }
  std::string wrong;
  const bool numbers =
      runtimes::visit_element_type(wanted.datatype(), [&]<typename T>(ElementType<T>) {
        wrong = difference_of_values<T>(got.values<T>(), wanted.values<T>());
      });
  return numbers || got == wanted ? wrong : "other texts";
}

// The network with all inputs except `kept` as constants.
std::string with_constants(const NodeVector& vector, const runtimes::Graph& graph,
                           std::size_t kept) {
  std::string constants;
  for (std::size_t i = 0; i < vector.inputs.size(); ++i) {
    if (i == kept) continue;
    const std::string name = text(onnx::kInitializerName, graph.inputs[i].name);  // the last counts
    constants += text(onnx::kGraphInitializer, vector.inputs[i] + name);
  }
  std::string file;
  for (WireReader reader(vector.file); reader.next();) {
    file += reader.field() == onnx::kModelGraph
                ? text(onnx::kModelGraph, std::string(reader.bytes()) + constants)
                : std::string(reader.whole());
  }
  return file;
}

// What is wrong with the outputs; empty if nothing is.
std::string run(runtimes::Network& network, const std::vector<std::string>& inputs,
                const std::vector<std::string>& outputs) {
  TensorList tensors;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    tensors.add(network.inputs()[i].name, tensor_of(inputs[i]));
  }
  runtimes::Symbols symbols;
  PlainContext context;
  const auto matched = runtimes::match_inputs(network.inputs(), tensors, symbols);
  const std::vector<Tensor> got = network.run(matched, symbols, context);
  for (std::size_t i = 0; i < got.size(); ++i) {
    const std::string wrong = difference(got[i], tensor_of(outputs.at(i)));
    if (!wrong.empty()) return network.outputs()[i].name + ": " + wrong;
  }
  return {};
}

// Opens one network of a vector and runs it.
void try_one(const std::string& name, const std::string& file,
             const std::vector<std::string>& inputs, const NodeVector& vector,
             const OpenNetwork& open, VectorVerdicts& verdicts) {
  std::unique_ptr<runtimes::Network> network;
  try {
    network = open(file);
    if (!network->left_out().empty()) throw runtimes::NetworkError(network->left_out()[0].why);
  } catch (const runtimes::NetworkError& error) {
    verdicts.refused.push_back(name + ": " + error.what());
    return;
  }
  try {
    const std::string wrong = run(*network, inputs, vector.outputs);
    if (wrong.empty()) ++verdicts.right;
    if (!wrong.empty()) verdicts.wrong.push_back(name + ": " + wrong);
  } catch (const Error& error) {
    const bool of_the_request = error.code() == ErrorCode::kInvalidArgument;
    (of_the_request ? verdicts.refused : verdicts.wrong).push_back(name + ": " + error.what());
  } catch (const std::exception& error) {
    verdicts.wrong.push_back(name + " is ready, and fails: " + error.what());
  }
}

void try_all(const NodeVector& vector, const OpenNetwork& open, VectorVerdicts& verdicts) {
  try_one(vector.name, vector.file, vector.inputs, vector, open, verdicts);
  if (vector.inputs.size() < 2) return;
  runtimes::Graph graph;
  try {
    graph = runtimes::read_graph(vector.file);
  } catch (const runtimes::NetworkError&) {
    return;  // it has inputs or outputs that are not tensors, and was refused
  }
  for (std::size_t kept = 0; kept < vector.inputs.size(); ++kept) {
    try_one(vector.name + " with all but input " + std::to_string(kept) + " as constants",
            with_constants(vector, graph, kept), {vector.inputs[kept]}, vector, open, verdicts);
  }
}

// Sorted by name.
std::vector<NodeVector> vectors_of(const std::string& kind) {
  const std::filesystem::path folder = "/usr/share/libonnx-testdata/data/" + kind;
  std::vector<NodeVector> vectors;
  if (!std::filesystem::exists(folder)) return vectors;
  for (const auto& one : std::filesystem::directory_iterator(folder)) {
    const std::filesystem::path data = one.path() / "test_data_set_0";
    if (!std::filesystem::exists(data)) continue;
    vectors.push_back({kind + "/" + one.path().filename().string(),
                       read_file(one.path() / "model.onnx"), messages(data, "input"),
                       messages(data, "output")});
  }
  std::ranges::sort(vectors, {}, &NodeVector::name);
  return vectors;
}

}  // namespace

VectorVerdicts verdicts_on(std::initializer_list<const char*> kinds, const OpenNetwork& open) {
  VectorVerdicts verdicts;
  for (const char* kind : kinds) {
    for (const NodeVector& vector : vectors_of(kind)) {
      const int before = verdicts.right;
      try_all(vector, open, verdicts);
      ++verdicts.vectors;
      if (verdicts.right > before) ++verdicts.computed;
    }
  }
  return verdicts;
}

}  // namespace inferpool::test
