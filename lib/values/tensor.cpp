// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <utility>

#include <inferpool/error.hpp>
#include <inferpool/tensor.hpp>

#include "core/format.hpp"

namespace inferpool {
namespace {

static_assert(std::endian::native == std::endian::little,
              "tensor bytes are little-endian everywhere");

using detail::TensorAccess;

using Length = std::uint32_t;  // before each element of BYTES

Error invalid(const std::string& message) { return {ErrorCode::kInvalidArgument, message}; }

std::string described(Datatype datatype, const Shape& shape) {
  return core::formatted("{} {}", name(datatype), to_string(shape));
}

std::size_t multiplied(Datatype datatype, const Shape& shape, std::size_t bytes_each) {
  std::size_t size = 0;
  if (__builtin_mul_overflow(static_cast<std::size_t>(shape.elements()), bytes_each, &size) ||
      size > static_cast<std::size_t>(std::numeric_limits<std::ptrdiff_t>::max())) {
    throw invalid(core::formatted("{} takes more than 2^63-1 bytes", described(datatype, shape)));
  }
  return size;
}

std::size_t first_non_bool(std::span<const std::byte> bytes) noexcept {
  const auto found =
      std::ranges::find_if(bytes, [](std::byte byte) { return byte > std::byte{1}; });
  return static_cast<std::size_t>(found - bytes.begin());
}

void check_bytes(Datatype datatype, const Shape& shape, std::span<const std::byte> bytes) {
  if (datatype == Datatype::kBytes) {
    if (detail::well_formed_bytes(bytes, shape.elements())) return;
    throw invalid(core::formatted(
        "{}: the {} bytes given are not exactly {} elements, each a uint32 length and "
        "that many bytes",
        described(datatype, shape), bytes.size(), shape.elements()));
  }
  const std::size_t expected = TensorAccess::byte_size(datatype, shape);
  if (bytes.size() != expected) {
    throw invalid(core::formatted("{} takes {} bytes; {} were given", described(datatype, shape),
                                  expected, bytes.size()));
  }
  if (datatype != Datatype::kBool) return;
  const std::size_t position = first_non_bool(bytes);
  if (position == bytes.size()) return;
  throw invalid(core::formatted("{}: element {} is the byte {}; only 0 and 1 are booleans",
                                described(datatype, shape), position,
                                std::to_integer<int>(bytes[position])));
}

bool aligned(const std::byte* data, Datatype datatype) noexcept {
  const std::size_t size = element_size(datatype);
  return size == 0 || reinterpret_cast<std::uintptr_t>(data) % size == 0;
}

}  // namespace

// Code that sets size_ also fills inline_, which is never read beyond size_.
Tensor::Tensor() noexcept : shape_({0}) {}

Tensor::Tensor(Datatype datatype, const Shape& shape) {
  // Zeros are well-formed BYTES too: each element's length is 0.
  const std::size_t size = datatype == Datatype::kBytes
                               ? multiplied(datatype, shape, sizeof(Length))
                               : TensorAccess::byte_size(datatype, shape);
  *this = TensorAccess::allocate(datatype, shape, size);
  if (size_ != 0) std::memset(mutable_bytes().data(), 0, size_);
}

Tensor::Tensor(const Tensor& other) noexcept
    : storage_(other.storage_),
      size_(other.size_),
      shape_(other.shape_),
      datatype_(other.datatype_) {
  if (!storage_) std::memcpy(inline_.data(), other.inline_.data(), size_);
}

Tensor::Tensor(Tensor&& other) noexcept
    : storage_(std::move(other.storage_)),
      size_(other.size_),
      shape_(other.shape_),
      datatype_(other.datatype_) {
  if (!storage_) {
    std::memcpy(inline_.data(), other.inline_.data(), size_);
    return;
  }
  other.size_ = 0;
  other.shape_ = Shape({0});
}

Tensor& Tensor::operator=(Tensor other) noexcept {
  storage_ = std::move(other.storage_);
  size_ = other.size_;
  shape_ = other.shape_;
  datatype_ = other.datatype_;
  if (!storage_) std::memcpy(inline_.data(), other.inline_.data(), size_);
  return *this;
}

Tensor Tensor::from_strings(std::span<const std::string_view> strings) {
  return from_strings(strings, Shape({static_cast<std::int64_t>(strings.size())}));
}

Tensor Tensor::from_strings(std::span<const std::string_view> strings, const Shape& shape) {
  if (static_cast<std::size_t>(shape.elements()) != strings.size()) {
    throw invalid(core::formatted("{} takes {} strings; {} were given",
                                  described(Datatype::kBytes, shape), shape.elements(),
                                  strings.size()));
  }
  std::size_t size = 0;
  for (const std::string_view string : strings) {
    if (string.size() > std::numeric_limits<Length>::max()) {
      throw invalid(core::formatted("a string of {} bytes; an element of BYTES has at most {}",
                                    string.size(), std::numeric_limits<Length>::max()));
    }
    size += sizeof(Length) + string.size();
  }
  Tensor tensor = TensorAccess::allocate(Datatype::kBytes, shape, size);
  std::byte* to = tensor.mutable_bytes().data();
  for (const std::string_view string : strings) {
    const auto length = static_cast<Length>(string.size());
    std::memcpy(to, &length, sizeof(length));
    if (length != 0) std::memcpy(to + sizeof(length), string.data(), length);
    to += sizeof(length) + length;
  }
  return tensor;
}

Tensor Tensor::borrow_bytes(Datatype datatype, const Shape& shape,
                            std::span<const std::byte> bytes) {
  check_bytes(datatype, shape, bytes);
  if (bytes.size() <= kInline || !aligned(bytes.data(), datatype))
    return TensorAccess::copy(datatype, shape, bytes);
  return TensorAccess::make(datatype, shape, detail::borrowed_storage(bytes.data(), bytes.size()),
                            bytes.size());
}

Tensor Tensor::copy_bytes(Datatype datatype, const Shape& shape, std::span<const std::byte> bytes) {
  check_bytes(datatype, shape, bytes);
  return TensorAccess::copy(datatype, shape, bytes);
}

std::span<const std::byte> Tensor::bytes() const noexcept {
  return {storage_ ? storage_->data() : inline_.data(), size_};
}

std::span<std::byte> Tensor::mutable_bytes() {
  if (storage_ && !storage_->writable()) *this = clone();
  return {storage_ ? storage_->data() : inline_.data(), size_};
}

std::vector<std::string_view> Tensor::strings() const {
  check_datatype(Datatype::kBytes);
  std::vector<std::string_view> strings;
  strings.reserve(static_cast<std::size_t>(shape_.elements()));
  std::span<const std::byte> left = bytes();
  while (!left.empty()) {
    Length length = 0;
    std::memcpy(&length, left.data(), sizeof(length));
    strings.emplace_back(reinterpret_cast<const char*>(left.data() + sizeof(length)), length);
    left = left.subspan(sizeof(length) + length);
  }
  return strings;
}

Tensor Tensor::clone() const { return TensorAccess::copy(datatype_, shape_, bytes()); }

Tensor Tensor::reshaped(const Shape& shape) const {
  if (shape.elements() != shape_.elements()) {
    throw invalid(core::formatted("{} has {} elements and cannot take the shape {} of {}",
                                  to_string(*this), shape_.elements(), to_string(shape),
                                  shape.elements()));
  }
  Tensor tensor = *this;
  tensor.shape_ = shape;
  return tensor;
}

bool Tensor::operator==(const Tensor& other) const noexcept {
  return datatype_ == other.datatype_ && shape_ == other.shape_ &&
         std::ranges::equal(bytes(), other.bytes());
}

void Tensor::check_datatype(Datatype wanted) const {
  if (datatype_ == wanted) return;
  throw invalid(core::formatted("the tensor is {}, not {}", to_string(*this), name(wanted)));
}

std::string to_string(const Tensor& tensor) { return described(tensor.datatype(), tensor.shape()); }

namespace detail {

std::size_t TensorAccess::byte_size(Datatype datatype, const Shape& shape) {
  const std::size_t size = element_size(datatype);
  if (datatype == Datatype::kBytes) {
    throw invalid("the size of a BYTES tensor depends on its elements; from_strings makes one");
  }
  if (size == 0)
    throw invalid(core::formatted("{} is not a datatype", static_cast<unsigned>(datatype)));
  return multiplied(datatype, shape, size);
}

Tensor TensorAccess::allocate(Datatype datatype, const Shape& shape, std::size_t size) {
  return make(datatype, shape, size <= Tensor::kInline ? StorageRef() : heap_storage(size), size);
}

Tensor TensorAccess::copy(Datatype datatype, const Shape& shape, std::span<const std::byte> bytes) {
  Tensor tensor = allocate(datatype, shape, bytes.size());
  std::byte* const to = tensor.storage_ ? tensor.storage_->data() : tensor.inline_.data();
  if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
  return tensor;
}

Tensor TensorAccess::make(Datatype datatype, const Shape& shape, StorageRef storage,
                          std::size_t size) noexcept {
  return {datatype, shape, std::move(storage), size};
}

bool well_formed_bytes(std::span<const std::byte> bytes, std::int64_t elements) noexcept {
  std::span<const std::byte> left = bytes;
  for (; elements > 0; --elements) {
    Length length = 0;
    if (left.size() < sizeof(length)) return false;
    std::memcpy(&length, left.data(), sizeof(length));
    left = left.subspan(sizeof(length));
    if (left.size() < length) return false;
    left = left.subspan(length);
  }
  return left.empty();
}

bool well_formed_bools(std::span<const std::byte> bytes) noexcept {
  return first_non_bool(bytes) == bytes.size();
}

}  // namespace detail
}  // namespace inferpool
