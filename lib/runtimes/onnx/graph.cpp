// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/graph.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <utility>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/node_identity.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

// TensorProto.DataType
constexpr std::array<std::pair<std::uint64_t, Datatype>, 14> kTypes{{{1, Datatype::kFp32},
                                                                     {2, Datatype::kUint8},
                                                                     {3, Datatype::kInt8},
                                                                     {4, Datatype::kUint16},
                                                                     {5, Datatype::kInt16},
                                                                     {6, Datatype::kInt32},
                                                                     {7, Datatype::kInt64},
                                                                     {8, Datatype::kBytes},
                                                                     {9, Datatype::kBool},
                                                                     {10, Datatype::kFp16},
                                                                     {11, Datatype::kFp64},
                                                                     {12, Datatype::kUint32},
                                                                     {13, Datatype::kUint64},
                                                                     {16, Datatype::kBf16}}};

// For an input or output that is not a tensor which inferpool can hold.
struct NoTensor : NetworkError {
  using NetworkError::NetworkError;
};

Datatype datatype_of(std::uint64_t type) {
  const auto known = std::ranges::find(kTypes, type, [](const auto& pair) { return pair.first; });
  if (known == kTypes.end()) {
    throw NoTensor(
        fmt::format("its element type is ONNX's number {}, which is none of the "
                    "Open Inference Protocol's",
                    type));
  }
  return known->second;
}

// A size of 0 or below means any size; some exporters write it so.
Dimension read_dimension(std::string_view message) {
  Dimension dimension;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kDimensionValue) {
      const auto size = static_cast<std::int64_t>(reader.number());
      if (size > 0) dimension.size = size;
    } else if (reader.field() == onnx::kDimensionParameter) {
      dimension.symbol = reader.bytes();
    }
  }
  if (dimension.size) dimension.symbol.clear();
  return dimension;
}

std::vector<Dimension> read_dimensions(std::string_view message) {
  std::vector<Dimension> dimensions;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() != onnx::kShapeDimension) continue;
    dimensions.push_back(read_dimension(reader.bytes()));
    if (dimensions.size() > Shape::kMaxRank) {
      throw NoTensor(fmt::format("it has more than {} dimensions", Shape::kMaxRank));
    }
  }
  return dimensions;
}

// The converter of scikit-learn writes this by default.
bool is_sequence_of_maps(std::string_view sequence) {
  bool found = false;
  for (WireReader element(sequence); element.next();) {
    for (WireReader type(element.bytes()); type.next();) {
      found = found || type.field() == onnx::kTypeMap;
    }
  }
  return found;
}

const char* other_kind(std::string_view message) {
  for (WireReader type(message); type.next();) {
    switch (type.field()) {
      case onnx::kTypeSequence:
        return is_sequence_of_maps(type.bytes())
                   ? "it is a sequence of maps, not a tensor; scikit-learn's converter writes a "
                     "tensor instead with options={\"zipmap\": False}"
                   : "it is a sequence, not a tensor";
      case onnx::kTypeMap:
        return "it is a map, not a tensor";
      case onnx::kTypeSparse:
        return "it is a sparse tensor, not a dense one";
      case onnx::kTypeOptional:
        return "it is an optional value, not a tensor";
      default:
        break;
    }
  }
  return "it is not a tensor: it has no type";
}

void read_type(std::string_view message, TensorSpec& spec) {
  std::optional<Datatype> datatype;
  for (WireReader type(message); type.next();) {
    if (type.field() != onnx::kTypeTensor) continue;
    for (WireReader tensor(type.bytes()); tensor.next();) {
      if (tensor.field() == onnx::kTensorElement) {
        datatype = datatype_of(tensor.number());
      } else if (tensor.field() == onnx::kTensorShape) {
        spec.dimensions = read_dimensions(tensor.bytes());
      }
    }
  }
  if (!datatype) throw NoTensor(other_kind(message));
  spec.datatype = *datatype;
}

// If it is not a tensor, adds it to `others` and returns none; without `others` throws.
std::optional<TensorSpec> read_spec(std::string_view message, const std::string& role,
                                    std::vector<OtherOutput>* others = nullptr) {
  TensorSpec spec;
  std::string_view type;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kValueName) spec.name = reader.bytes();
    if (reader.field() == onnx::kValueType) type = reader.bytes();
  }
  if (spec.name.empty()) throw NetworkError(fmt::format("an {} has no name", role));
  try {
    read_type(type, spec);
  } catch (const NoTensor& error) {
    if (others == nullptr) {
      throw NetworkError(fmt::format("the {} \"{}\": {}", role, spec.name, error.what()));
    }
    others->push_back({spec.name, error.what()});
    return std::nullopt;
  } catch (const NetworkError& error) {
    throw NetworkError(fmt::format("the {} \"{}\": {}", role, spec.name, error.what()));
  }
  return spec;
}

Node read_node(std::string_view message) {
  Node node;
  for (WireReader reader(message); reader.next();) read_identity(reader, node);
  return node;
}

std::string name_in(std::string_view message, std::uint32_t field) {
  std::string name;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == field) name = reader.bytes();
  }
  return name;
}

void require_distinct(const std::vector<TensorSpec>& specs, const std::string& role) {
  std::set<std::string_view> names;
  for (const TensorSpec& spec : specs) {
    if (!names.insert(spec.name).second) {
      throw NetworkError(fmt::format("two {}s are called \"{}\"", role, spec.name));
    }
  }
}

Graph read_fields(std::string_view message, std::vector<OtherOutput>* others) {
  Graph graph;
  std::set<std::string> with_value;
  for (WireReader reader(message); reader.next();) {
    switch (reader.field()) {
      case onnx::kGraphNode:
        graph.nodes.push_back(read_node(reader.bytes()));
        break;
      case onnx::kGraphInitializer:
        with_value.insert(name_in(reader.bytes(), onnx::kInitializerName));
        break;
      case onnx::kGraphInput:
        graph.inputs.push_back(*read_spec(reader.bytes(), "input"));
        break;
      case onnx::kGraphOutput:
        if (auto output = read_spec(reader.bytes(), "output", others)) {
          graph.outputs.push_back(*std::move(output));
        }
        break;
      default:
        break;
    }
  }
  std::erase_if(graph.inputs, [&](const auto& input) { return with_value.contains(input.name); });
  require_distinct(graph.inputs, "input");
  require_distinct(graph.outputs, "output");
  if (graph.outputs.empty() && others != nullptr && !others->empty()) {
    const OtherOutput& first = others->front();
    throw NetworkError(fmt::format("the output \"{}\": {}", first.name, first.why));
  }
  if (graph.outputs.empty()) throw NetworkError("its graph has no outputs");
  return graph;
}

}  // namespace

Graph read_graph(std::string_view file, std::vector<OtherOutput>* others) {
  if (file.empty()) throw NetworkError("the file is empty");
  std::optional<std::string_view> graph;
  for (WireReader reader(file); reader.next();) {
    if (reader.field() != onnx::kModelGraph) continue;
    if (graph) throw NetworkError("it has two graphs");
    graph = reader.bytes();
  }
  if (!graph) throw NetworkError("it has no graph");
  return read_fields(*graph, others);
}

}  // namespace inferpool::runtimes
