// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/inlined_weights.hpp"

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

constexpr int kMostDepth = 100;

// Further fields of onnx.proto's messages that lead to tensors; the others are in onnx_fields.hpp.
enum Field : std::uint32_t {
  kModelFunction = 25,
  kGraphSparse = 15,
  kNodeAttribute = 5,
  kAttributeTensor = 5,
  kAttributeGraph = 6,
  kAttributeTensors = 10,
  kAttributeGraphs = 11,
  kAttributeSparse = 22,
  kAttributeSparses = 23,
  kSparseValues = 1,
  kSparseIndices = 2,
  kFunctionNode = 7,
  kFunctionAttribute = 11,
};

std::uint64_t varint_size(std::uint64_t value) {
  std::uint64_t size = 1;
  for (; value >= 0x80U; value >>= 7U) ++size;
  return size;
}

void put_varint(std::string& to, std::uint64_t value) {
  for (; value >= 0x80U; value >>= 7U) to.push_back(static_cast<char>(value | 0x80U));
  to.push_back(static_cast<char>(value));
}

std::uint64_t tag_of(std::uint32_t field) { return std::uint64_t{field} << 3U | 2U; }

std::uint64_t field_size(std::uint32_t field, std::uint64_t content) {
  return varint_size(tag_of(field)) + varint_size(content) + content;
}

bool says_where(std::uint32_t field) {
  return field == onnx::kTensorExternalData || field == onnx::kTensorLocation;
}

}  // namespace

InlinedWeights::InlinedWeights(std::string_view bytes, const std::filesystem::path& file)
    : files_(file), bytes_(bytes) {
  size_ = measure(bytes, Kind::kModel, 0).value_or(bytes.size());
}

std::string InlinedWeights::bytes() const {
  std::string result;
  result.reserve(size_);
  write(bytes_, Kind::kModel, result);
  return result;
}

InlinedWeights::Kind InlinedWeights::kind_of(Kind message, std::uint32_t field) noexcept {
  switch (message) {
    case Kind::kModel:
      if (field == onnx::kModelGraph) return Kind::kGraph;
      return field == kModelFunction ? Kind::kFunction : Kind::kOther;
    case Kind::kGraph:
      if (field == onnx::kGraphNode) return Kind::kNode;
      if (field == onnx::kGraphInitializer) return Kind::kTensor;
      return field == kGraphSparse ? Kind::kSparse : Kind::kOther;
    case Kind::kFunction:
      if (field == kFunctionNode) return Kind::kNode;
      return field == kFunctionAttribute ? Kind::kAttribute : Kind::kOther;
    case Kind::kNode:
      return field == kNodeAttribute ? Kind::kAttribute : Kind::kOther;
    case Kind::kAttribute:
      if (field == kAttributeTensor || field == kAttributeTensors) return Kind::kTensor;
      if (field == kAttributeGraph || field == kAttributeGraphs) return Kind::kGraph;
      return field == kAttributeSparse || field == kAttributeSparses ? Kind::kSparse : Kind::kOther;
    case Kind::kSparse:
      return field == kSparseValues || field == kSparseIndices ? Kind::kTensor : Kind::kOther;
    case Kind::kTensor:
    case Kind::kOther:
      break;
  }
  return Kind::kOther;
}

std::optional<std::uint64_t> InlinedWeights::measure(std::string_view message, Kind kind,
                                                     int depth) {
  if (depth > kMostDepth) throw NetworkError("messages are nested more than 100 deep");
  if (kind == Kind::kTensor) return measure_tensor(message);
  bool changes = false;
  std::uint64_t size = 0;
  for (WireReader reader(message); reader.next();) {
    const Kind inner = kind_of(kind, reader.field());
    const auto changed =
        inner == Kind::kOther ? std::nullopt : measure(reader.bytes(), inner, depth + 1);
    changes = changes || changed;
    size += changed ? field_size(reader.field(), *changed) : reader.whole().size();
  }
  if (!changes) return std::nullopt;
  sizes_.emplace(message.data(), size);
  return size;
}

std::optional<std::uint64_t> InlinedWeights::measure_tensor(std::string_view message) {
  const auto tensor = read_external_tensor(message);
  if (!tensor) return std::nullopt;
  files_.check(*tensor);
  std::uint64_t size = field_size(onnx::kTensorRaw, tensor->length);
  for (WireReader reader(message); reader.next();) {
    if (!says_where(reader.field())) size += reader.whole().size();
  }
  sizes_.emplace(message.data(), size);
  return size;
}

void InlinedWeights::write(std::string_view message, Kind kind, std::string& to) const {
  if (kind == Kind::kTensor) return write_tensor(message, to);
  for (WireReader reader(message); reader.next();) {
    const Kind inner = kind_of(kind, reader.field());
    const auto changed = inner == Kind::kOther ? sizes_.end() : sizes_.find(reader.bytes().data());
    if (changed == sizes_.end()) {
      to.append(reader.whole());
      continue;
    }
    put_varint(to, tag_of(reader.field()));
    put_varint(to, changed->second);
    write(reader.bytes(), inner, to);
  }
}

void InlinedWeights::write_tensor(std::string_view message, std::string& to) const {
  const auto tensor = read_external_tensor(message);
  for (WireReader reader(message); reader.next();) {
    if (!says_where(reader.field())) to.append(reader.whole());
  }
  put_varint(to, tag_of(onnx::kTensorRaw));
  put_varint(to, tensor->length);
  files_.append(*tensor, to);
}

}  // namespace inferpool::runtimes
