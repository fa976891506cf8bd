// SPDX-License-Identifier: Apache-2.0
#include <limits>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "wire/traceparent.hpp"

namespace inferpool {
namespace {

using detail::Malformed;

// The count of tensors or parameters. Narrow, so that a hostile frame cannot make the host allocate
// much.
using Count = std::uint16_t;
constexpr std::size_t kMaxCount = std::numeric_limits<Count>::max();

std::span<const std::byte> bytes_of(const std::string& text) {
  return std::as_bytes(std::span(text));
}

void put_count(Encoder& encoder, std::size_t count, std::string_view what) {
  if (count > kMaxCount) {
    throw Error(
        ErrorCode::kInvalidArgument,
        core::formatted("{} {} in one message; at most {} are supported", count, what, kMaxCount));
  }
  encoder.put(static_cast<Count>(count));
}

void put_tensors(Encoder& encoder, const TensorList& tensors) {
  put_count(encoder, tensors.size(), "tensors");
  for (const NamedTensor& tensor : tensors) {
    encoder.put_string(tensor.name);
    encoder.put_tensor(tensor.tensor);
  }
}

TensorList take_tensors(Decoder& decoder) {
  // Not reserved: the sender's count is not trusted, and each tensor must first be found in the
  // frame.
  std::vector<NamedTensor> tensors;
  for (auto count = decoder.take<Count>(); count > 0; --count) {
    std::string name = decoder.take_string();
    tensors.push_back({std::move(name), decoder.take_tensor()});
  }
  try {
    return TensorList(std::move(tensors));
  } catch (const Error& error) {
    throw Malformed(error.what());
  }
}

void put_parameters(Encoder& encoder, const Parameters& parameters) {
  put_count(encoder, parameters.size(), "parameters");
  for (const auto& [name, value] : parameters) {
    encoder.put_string(name);
    encoder.put(static_cast<std::uint8_t>(value.index()));
    if (const bool* flag = std::get_if<bool>(&value)) encoder.put(static_cast<std::uint8_t>(*flag));
    if (const auto* integer = std::get_if<std::int64_t>(&value)) encoder.put(*integer);
    if (const auto* real = std::get_if<double>(&value)) encoder.put(*real);
    if (const auto* text = std::get_if<std::string>(&value)) {
      const auto put = [&] { encoder.put_payload(bytes_of(*text)); };
      name == wire::kTraceparent ? encoder.exclude_from_fingerprint(put) : put();
    }
  }
}

bool take_flag(Decoder& decoder) {
  const auto byte = decoder.take<std::uint8_t>();
  if (byte > 1) throw Malformed(core::formatted("the byte {} is not a bool", byte));
  return byte == 1;
}

Parameter take_parameter(Decoder& decoder) {
  const auto index = decoder.take<std::uint8_t>();
  switch (index) {
    case 0:
      return take_flag(decoder);
    case 1:
      return decoder.take<std::int64_t>();
    case 2:
      return decoder.take<double>();
    case 3:
      return decoder.take_text();
    default:
      throw Malformed(core::formatted("a parameter of the unknown type {}", index));
  }
}

Parameters take_parameters(Decoder& decoder) {
  Parameters parameters;
  for (auto count = decoder.take<Count>(); count > 0; --count) {
    std::string name = decoder.take_string();
    Parameter value = take_parameter(decoder);
    const auto [entry, added] = parameters.emplace(std::move(name), std::move(value));
    if (!added)
      throw Malformed(core::formatted("two parameters have the name \"{}\"", entry->first));
  }
  return parameters;
}

std::size_t payload_of(const TensorList& tensors, const Parameters& parameters) {
  std::size_t size = 0;
  for (const NamedTensor& tensor : tensors) size += tensor.tensor.bytes().size();
  for (const auto& parameter : parameters) {
    if (const auto* text = std::get_if<std::string>(&parameter.second)) size += text->size();
  }
  return size;
}

}  // namespace

void Codec<Request>::encode(Encoder& encoder, const Request& value) {
  encoder.exclude_from_fingerprint([&] { encoder.put_string(value.id); });
  put_tensors(encoder, value.inputs);
  put_parameters(encoder, value.parameters);
}

Request Codec<Request>::decode(Decoder& decoder) {
  Request value;
  value.id = decoder.take_string();
  value.inputs = take_tensors(decoder);
  value.parameters = take_parameters(decoder);
  return value;
}

std::size_t Codec<Request>::payload(const Request& value) {
  return payload_of(value.inputs, value.parameters);
}

void Codec<Response>::encode(Encoder& encoder, const Response& value) {
  encoder.put_string(value.id);
  encoder.put_string(value.model_name);
  encoder.put_string(value.model_version);
  put_tensors(encoder, value.outputs);
  put_parameters(encoder, value.parameters);
}

Response Codec<Response>::decode(Decoder& decoder) {
  Response value;
  value.id = decoder.take_string();
  value.model_name = decoder.take_string();
  value.model_version = decoder.take_string();
  value.outputs = take_tensors(decoder);
  value.parameters = take_parameters(decoder);
  return value;
}

std::size_t Codec<Response>::payload(const Response& value) {
  return payload_of(value.outputs, value.parameters);
}

bool detail::decode_bool(Decoder& decoder) {
  std::uint8_t byte = 0;
  decoder.take_payload(std::as_writable_bytes(std::span(&byte, 1)));
  if (byte > 1) throw Malformed(core::formatted("the byte {} is not a bool", byte));
  return byte == 1;
}

std::size_t detail::element_count(std::size_t bytes, std::size_t element_size) {
  if (bytes % element_size != 0) {
    throw Malformed(
        core::formatted("a vector of {} bytes, whose elements have {}", bytes, element_size));
  }
  return bytes / element_size;
}

}  // namespace inferpool
