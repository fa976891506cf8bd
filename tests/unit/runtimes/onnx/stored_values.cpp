// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/stored_values.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::test {
namespace {

using runtimes::WireReader;
namespace onnx = runtimes::onnx;

constexpr std::uint32_t kTexts = 6;             // string_data
constexpr std::uint32_t kUnsignedNumbers = 11;  // uint64_data

struct Fields {
  std::vector<std::int64_t> sizes = {};
  std::uint64_t type = 0;
  std::string bytes = {};                   // floats, doubles and raw elements
  std::vector<std::uint64_t> numbers = {};  // whole ones, and halves as their bits
  std::vector<std::string_view> texts = {};
};

template <typename T>
void add_numbers(const WireReader& reader, std::vector<T>& numbers) {
  if (!reader.is_bytes()) {
    numbers.push_back(static_cast<T>(reader.number()));
    return;
  }
  for (std::string_view left = reader.bytes(); !left.empty();) {
    numbers.push_back(static_cast<T>(WireReader::take_number(left)));
  }
}

Fields read_fields(std::string_view message) {
  Fields fields;
  for (WireReader reader(message); reader.next();) {
    switch (reader.field()) {
      case onnx::kStoredDims:
        add_numbers(reader, fields.sizes);
        break;
      case onnx::kStoredType:
        fields.type = reader.number();
        break;
      case onnx::kStoredFloats:
      case onnx::kStoredDoubles:
      case onnx::kStoredRaw:
        fields.bytes += reader.is_bytes() ? reader.bytes() : reader.fixed();
        break;
      case onnx::kStoredInt32s:
      case onnx::kStoredInt64s:
      case kUnsignedNumbers:
        add_numbers(reader, fields.numbers);
        break;
      case kTexts:
        fields.texts.push_back(reader.bytes());
        break;
      default:
        break;
    }
  }
  return fields;
}

// By the numbers of TensorProto.DataType.
Datatype datatype_of_type(std::uint64_t type) {
  constexpr auto kTypes =
      std::to_array<std::pair<std::uint64_t, Datatype>>({{1, Datatype::kFp32},
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
                                                         {16, Datatype::kBf16}});
  const auto found = std::ranges::find(kTypes, type, [](const auto& entry) { return entry.first; });
  if (found == kTypes.end()) throw std::runtime_error("a type " + std::to_string(type));
  return found->second;
}

}  // namespace

Tensor tensor_of(std::string_view message) {
  Fields fields = read_fields(message);
  const Datatype datatype = datatype_of_type(fields.type);
  const Shape shape(fields.sizes);
  if (datatype == Datatype::kBytes) return Tensor::from_strings(fields.texts, shape);
  for (const std::uint64_t number : fields.numbers) {  // the lower bytes come first
    fields.bytes.append(reinterpret_cast<const char*>(&number), element_size(datatype));
  }
  return Tensor::copy_bytes(datatype, shape, std::as_bytes(std::span(fields.bytes)));
}

}  // namespace inferpool::test
