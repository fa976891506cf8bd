// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/stored_tensor.hpp"

#include <fmt/format.h>

#include <bit>
#include <cstddef>
#include <cstring>
#include <limits>

#include <inferpool/datatype.hpp>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

// The numbers of a repeated field, which is packed or not.
void add_varints(WireReader& reader, std::vector<std::int64_t>& numbers) {
  if (!reader.is_bytes()) {
    numbers.push_back(static_cast<std::int64_t>(reader.number()));
    return;
  }
  for (std::string_view left = reader.bytes(); !left.empty();) {
    numbers.push_back(static_cast<std::int64_t>(WireReader::take_number(left)));
  }
}

template <typename T>
std::vector<T> elements(std::string_view bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

std::size_t width_of(std::uint64_t type) {
  switch (static_cast<OnnxType>(type)) {
    case OnnxType::kFp32:
    case OnnxType::kInt32:
      return 4;
    case OnnxType::kInt64:
    case OnnxType::kFp64:
      return 8;
    case OnnxType::kFp16:
    case OnnxType::kBf16:
      return 2;
  }
  return 0;
}

std::string entry_in(std::string_view message) {
  std::string key;
  std::string value;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kEntryKey) key = reader.bytes();
    if (reader.field() == onnx::kEntryValue) value = reader.bytes();
  }
  return key == "location" ? value : std::string();
}

struct Fields {
  StoredTensor tensor;
  std::string_view raw = {};
  bool has_raw = false;
  bool outside = false;
  std::string location = {};
  std::vector<std::int64_t> numbers = {};  // int32_data, int64_data
  std::string floats = {};                 // float_data, as bytes
  std::string doubles = {};                // double_data
  std::uint32_t other = 0;                 // the number of a field that is not read here
};

void append(WireReader& reader, std::string& bytes) {
  bytes.append(reader.is_bytes() ? reader.bytes() : reader.fixed());
}

void read_field(WireReader& reader, Fields& fields) {
  switch (reader.field()) {
    case onnx::kStoredDims:
      add_varints(reader, fields.tensor.sizes);
      break;
    case onnx::kStoredType:
      fields.tensor.type = reader.number();
      break;
    case onnx::kStoredFloats:
      append(reader, fields.floats);
      break;
    case onnx::kStoredInt32s:
    case onnx::kStoredInt64s:
      add_varints(reader, fields.numbers);
      break;
    case onnx::kStoredDoubles:
      append(reader, fields.doubles);
      break;
    case onnx::kStoredName:
      fields.tensor.name = reader.bytes();
      break;
    case onnx::kStoredRaw:
      fields.raw = reader.bytes();
      fields.has_raw = true;
      break;
    case onnx::kStoredExternal: {
      fields.outside = true;
      const std::string location = entry_in(reader.bytes());
      if (!location.empty()) fields.location = location;
      break;
    }
    case onnx::kStoredLocation:
      fields.outside = fields.outside || reader.number() != 0;
      break;
    case onnx::kStoredDoc:
    case onnx::kStoredMetadata:
      break;
    default:
      fields.other = reader.field();
  }
}

std::string label(const StoredTensor& tensor) {
  return tensor.name.empty() ? "a constant" : fmt::format("the constant \"{}\"", tensor.name);
}

void refuse_other_forms(const Fields& fields) {
  const StoredTensor& tensor = fields.tensor;
  if (fields.outside) {
    throw NetworkError(fmt::format(
        "{} lies in another file ({}: external data), which the backend opencv does not read; "
        "write the weights into the network's own file (onnx.save without save_as_external_data, "
        "torch.onnx.export with external_data=False), or serve it with ONNX Runtime",
        label(tensor), fields.location.empty() ? "unnamed" : '"' + fields.location + '"'));
  }
  if (width_of(tensor.type) == 0) {
    throw NetworkError(fmt::format(
        "{} has ONNX's element type {}; the backend opencv accepts constants of FP32, FP64, FP16, "
        "BF16, INT32 and INT64: export the network so, or serve it with ONNX Runtime",
        label(tensor), tensor.type));
  }
  if (fields.other != 0) {
    throw NetworkError(fmt::format("{} has the field {}, which the backend opencv does not know",
                                   label(tensor), fields.other));
  }
  for (const std::int64_t size : tensor.sizes) {
    if (size > 0) continue;
    throw NetworkError(fmt::format("{} of the shape {} has no elements, which OpenCV does not take",
                                   label(tensor), to_text(tensor.sizes)));
  }
}

void require_count(const StoredTensor& tensor, std::size_t count) {
  const auto wanted = static_cast<std::size_t>(elements_of(tensor.sizes));
  if (count == wanted) return;
  throw NetworkError(fmt::format("{} of the shape {} has {} elements; its shape needs {}",
                                 label(tensor), to_text(tensor.sizes), count, wanted));
}

template <typename T>
std::vector<std::int64_t> widened(std::string_view bytes) {
  const std::vector<T> values = elements<T>(bytes);
  return {values.begin(), values.end()};
}

// FP16 and BF16 outside raw_data are the lower halves of int32 numbers.
std::vector<float> from_numbers(const Fields& fields) {
  std::vector<float> values;
  for (const std::int64_t number : fields.numbers) {
    const auto bits = static_cast<std::uint16_t>(number);
    values.push_back(fields.tensor.type == static_cast<std::uint64_t>(OnnxType::kFp16)
                         ? std::bit_cast<Float16>(bits).to_float()
                         : std::bit_cast<BFloat16>(bits).to_float());
  }
  return values;
}

}  // namespace

std::vector<float> StoredTensor::floats() const {
  if (!unpacked.empty()) return unpacked;
  std::vector<float> values;
  switch (static_cast<OnnxType>(type)) {
    case OnnxType::kFp64:
      for (const double value : elements<double>(packed)) {
        values.push_back(static_cast<float>(value));
      }
      return values;
    case OnnxType::kFp16:
      for (const Float16 value : elements<Float16>(packed)) values.push_back(value.to_float());
      return values;
    case OnnxType::kBf16:
      for (const BFloat16 value : elements<BFloat16>(packed)) values.push_back(value.to_float());
      return values;
    default:
      return elements<float>(packed);
  }
}

std::string to_text(const Sizes& sizes) {
  std::string text;
  for (const std::int64_t size : sizes) text += (text.empty() ? "" : ", ") + std::to_string(size);
  return "[" + text + "]";
}

std::int64_t elements_of(const Sizes& sizes) {
  constexpr std::int64_t kMost = std::numeric_limits<int>::max();
  std::int64_t count = 1;
  for (const std::int64_t size : sizes) {
    if (size < 0 || (size > 0 && count > kMost / size)) {
      throw NetworkError(fmt::format("a tensor of the shape {} has more elements than OpenCV's {}",
                                     to_text(sizes), kMost));
    }
    count *= size;
  }
  return count;
}

StoredTensor read_tensor(std::string_view message) {
  Fields fields;
  for (WireReader reader(message); reader.next();) read_field(reader, fields);
  refuse_other_forms(fields);
  StoredTensor tensor = std::move(fields.tensor);
  fields.tensor = tensor;
  const bool wide = tensor.type == static_cast<std::uint64_t>(OnnxType::kInt64);
  if (!is_float(tensor.type)) {
    tensor.whole = !fields.has_raw ? fields.numbers
                   : wide          ? widened<std::int64_t>(fields.raw)
                                   : widened<std::int32_t>(fields.raw);
    require_count(tensor, tensor.whole.size());
    return tensor;
  }
  if (fields.has_raw) {
    const std::size_t width = width_of(tensor.type);
    require_count(tensor, fields.raw.size() / width + fields.raw.size() % width);
    tensor.packed = fields.raw;
    return tensor;
  }
  tensor.unpacked = elements<float>(fields.floats);
  if (tensor.unpacked.empty()) {
    for (const double value : elements<double>(fields.doubles)) {
      tensor.unpacked.push_back(static_cast<float>(value));
    }
  }
  if (tensor.unpacked.empty()) tensor.unpacked = from_numbers(fields);
  require_count(tensor, tensor.unpacked.size());
  return tensor;
}

}  // namespace inferpool::runtimes
