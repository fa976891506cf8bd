// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/external_tensor.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>
#include <system_error>

#include "runtimes/onnx/network.hpp"
#include "runtimes/onnx/wire_reader.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::uint64_t kExternal = 1;  // TensorProto.DataLocation
constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();

// By TensorProto.DataType; 0: unknown here, or of no fixed size.
constexpr std::array<std::uint64_t, 25> kBitsOfElement{
    0, 32, 8, 8, 16, 16, 32, 64, 0, 8, 16, 64, 32, 64, 64, 128, 16, 8, 8, 8, 8, 4, 4, 4, 8};

struct Fields {
  ExternalTensor tensor = {};
  std::uint64_t place = 0;
  std::uint64_t type = 0;
  std::uint64_t elements = 1;
  std::optional<std::uint64_t> length = {};
};

[[noreturn]] void refuse(const Fields& fields, const std::string& why) {
  throw NetworkError(
      fmt::format("the weights \"{}\" lie in a file beside it, and {}", fields.tensor.name, why));
}

std::uint64_t parse_number(const Fields& fields, std::string_view key, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number > kMost) {
    refuse(fields, fmt::format("their {} is \"{}\"; accepted: a number of bytes", key, text));
  }
  return number;
}

// A StringStringEntryProto.
void read_entry(std::string_view message, Fields& fields) {
  std::string_view key;
  std::string_view value;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == 1) key = reader.bytes();
    if (reader.field() == 2) value = reader.bytes();
  }
  if (key == "location") fields.tensor.location = value;
  if (key == "offset") fields.tensor.offset = parse_number(fields, key, value);
  if (key == "length") fields.length = parse_number(fields, key, value);
}

void multiply(Fields& fields, std::uint64_t size) {
  if (size != 0 && fields.elements > kMost / 128 / size) {
    refuse(fields, "they have more elements than can be counted");
  }
  fields.elements *= size;
}

// A packed field is a list of numbers without tags. Each is read as a field: a tag and the number.
void multiply_packed(Fields& fields, std::string_view packed) {
  while (!packed.empty()) {
    std::size_t size = 0;
    while (size < packed.size() && (static_cast<unsigned char>(packed[size]) & 0x80U) != 0) ++size;
    size = size < packed.size() ? size + 1 : size;
    const std::string field = std::string(1, '\x08').append(packed.substr(0, size));
    WireReader reader(field);
    if (reader.next()) multiply(fields, reader.number());
    packed.remove_prefix(size);
  }
}

Fields read_fields(std::string_view message) {
  Fields fields;
  for (WireReader reader(message); reader.next();) {  // the errors need the name
    if (reader.field() == onnx::kTensorName) fields.tensor.name = reader.bytes();
  }
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kTensorDims) {
      const bool packed = (reader.whole().front() & 7) == 2;
      packed ? multiply_packed(fields, reader.bytes()) : multiply(fields, reader.number());
    } else if (reader.field() == onnx::kTensorType) {
      fields.type = reader.number();
    } else if (reader.field() == onnx::kTensorLocation) {
      fields.place = reader.number();
    } else if (reader.field() == onnx::kTensorExternalData) {
      read_entry(reader.bytes(), fields);
    }
  }
  return fields;
}

}  // namespace

std::optional<ExternalTensor> read_external_tensor(std::string_view message) {
  // Most tensors are not external, so this is checked first.
  std::uint64_t place = 0;
  for (WireReader reader(message); reader.next();) {
    if (reader.field() == onnx::kTensorLocation) place = reader.number();
  }
  if (place != kExternal) return std::nullopt;
  Fields fields = read_fields(message);
  ExternalTensor& tensor = fields.tensor;
  if (tensor.location.empty()) refuse(fields, "the network does not say in which");
  const std::uint64_t bits = fields.type < kBitsOfElement.size() ? kBitsOfElement[fields.type] : 0;
  if (bits == 0 && !fields.length) {
    refuse(fields,
           fmt::format("the size of their elements (ONNX's number {}) is not known", fields.type));
  }
  tensor.length = bits == 0 ? *fields.length : (fields.elements * bits + 7) / 8;
  if (fields.length.value_or(tensor.length) != tensor.length) {
    refuse(fields, fmt::format("have {} bytes there, where their shape needs {}", *fields.length,
                               tensor.length));
  }
  return tensor;
}

}  // namespace inferpool::runtimes
