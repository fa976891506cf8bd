// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <inferpool/datatype.hpp>
#include <inferpool/detail/storage.hpp>
#include <inferpool/shape.hpp>

namespace inferpool {

namespace detail {
struct TensorAccess;
}

// A dense array in row-major order: datatype, shape, bytes. A value: copies behave as independent
// tensors, and share their bytes until one of them is written. Bytes are aligned to 64, except
// borrowed ones.
//
// An output that views shared memory stays valid while any copy of it exists, also after the end of
// its worker and of the pool. Not in a fork of the process (see Pool).
//
// Thread-safety: as std::vector; distinct tensors that share bytes may be used from distinct
// threads.
//
// Errors: Error (invalid_argument) that names what was found and what was expected.
class Tensor {
 public:
  // FP32, shape [0].
  Tensor() noexcept;

  // A new tensor of zeros.
  Tensor(Datatype datatype, const Shape& shape);

  // A tensor that was moved from may be used; its content is not specified.
  Tensor(const Tensor& other) noexcept;
  Tensor(Tensor&& other) noexcept;
  Tensor& operator=(Tensor other) noexcept;
  ~Tensor() = default;

  // A view of the caller's memory, which must stay alive and unchanged until every copy of the
  // tensor is gone. (A pool copies the bytes into shared memory before infer or submit waits;
  // copies that a model keeps get bytes of their own.)
  template <Element T>
  [[nodiscard]] static Tensor borrow(std::span<const T> values, const Shape& shape) {
    return borrow_bytes(datatype_of<T>, shape, std::as_bytes(values));
  }
  template <typename Range>
  requires Element<typename Range::value_type>
  [[nodiscard]] static Tensor borrow(const Range& values, const Shape& shape) {
    return borrow(std::span<const typename Range::value_type>(values), shape);
  }

  // A copy of the values.
  template <Element T>
  [[nodiscard]] static Tensor from(std::span<const T> values, const Shape& shape) {
    return copy_bytes(datatype_of<T>, shape, std::as_bytes(values));
  }
  template <typename Range>
  requires Element<typename Range::value_type>
  [[nodiscard]] static Tensor from(const Range& values, const Shape& shape) {
    return from(std::span<const typename Range::value_type>(values), shape);
  }
  // BYTES, one element for each string; rank 1 without a shape.
  [[nodiscard]] static Tensor from_strings(std::span<const std::string_view> strings);
  [[nodiscard]] static Tensor from_strings(std::span<const std::string_view> strings,
                                           const Shape& shape);

  template <Element T>
  [[nodiscard]] static Tensor scalar(T value) {
    return from(std::span<const T>(&value, 1), Shape{});
  }

  // From raw bytes in the layout of the V2 protocol's binary data extension. Each element of BYTES
  // is checked, and BOOL for bytes other than 0 and 1. Bytes that are not aligned to their elements
  // are copied, not borrowed.
  [[nodiscard]] static Tensor borrow_bytes(Datatype datatype, const Shape& shape,
                                           std::span<const std::byte> bytes);
  [[nodiscard]] static Tensor copy_bytes(Datatype datatype, const Shape& shape,
                                         std::span<const std::byte> bytes);

  [[nodiscard]] Datatype datatype() const noexcept { return datatype_; }
  [[nodiscard]] const Shape& shape() const noexcept { return shape_; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept;

  // The elements, shape().elements() of them. Throws if T is not the tensor's datatype. The span is
  // valid while this tensor is neither changed, moved nor destroyed.
  template <Element T>
  [[nodiscard]] std::span<const T> values() const {
    check_datatype(datatype_of<T>);
    return {reinterpret_cast<const T*>(bytes().data()), bytes().size() / sizeof(T)};
  }

  // The elements, writable: copies the bytes first if they are shared, read-only or in flight.
  template <Element T>
  [[nodiscard]] std::span<T> mutable_values() {
    check_datatype(datatype_of<T>);
    const std::span<std::byte> own = mutable_bytes();
    return {reinterpret_cast<T*>(own.data()), own.size() / sizeof(T)};
  }

  // The elements of a BYTES tensor, each a view into it.
  [[nodiscard]] std::vector<std::string_view> strings() const;

  // The same values in private memory that nothing shares.
  [[nodiscard]] Tensor clone() const;

  // The same bytes in another shape with the same number of elements.
  [[nodiscard]] Tensor reshaped(const Shape& shape) const;

  // Datatype, shape and bytes are the same (so NaN equals the same NaN).
  bool operator==(const Tensor& other) const noexcept;

 private:
  friend struct detail::TensorAccess;
  static constexpr std::size_t kInline = 64;

  Tensor(Datatype datatype, const Shape& shape, detail::StorageRef storage,
         std::size_t size) noexcept
      : storage_(std::move(storage)), size_(size), shape_(shape), datatype_(datatype) {}
  void check_datatype(Datatype wanted) const;
  std::span<std::byte> mutable_bytes();

  alignas(64) std::array<std::byte, kInline> inline_;  // the bytes if storage_ is empty
  detail::StorageRef storage_;
  std::size_t size_ = 0;
  Shape shape_;
  Datatype datatype_ = Datatype::kFp32;
};

// "FP32 [1, 64]"
[[nodiscard]] std::string to_string(const Tensor& tensor);

namespace detail {

// Parts of a tensor that only inferpool itself needs.
struct TensorAccess {
  // Bytes of a tensor of this datatype and shape; throws on BYTES and on an overflow.
  static std::size_t byte_size(Datatype datatype, const Shape& shape);
  // `size` bytes of uninitialised private memory; the size is not checked.
  static Tensor allocate(Datatype datatype, const Shape& shape, std::size_t size);
  // A private copy of the bytes, which are not checked.
  static Tensor copy(Datatype datatype, const Shape& shape, std::span<const std::byte> bytes);
  // Takes the first `size` bytes of the storage without a check.
  static Tensor make(Datatype datatype, const Shape& shape, StorageRef storage,
                     std::size_t size) noexcept;
  // The writable bytes; as Tensor::mutable_values.
  static std::span<std::byte> mutable_bytes(Tensor& tensor) { return tensor.mutable_bytes(); }
  // Empty if the tensor has its bytes inline.
  static const StorageRef& storage(const Tensor& tensor) noexcept { return tensor.storage_; }
};

// True if `bytes` is exactly `elements` length-prefixed elements.
[[nodiscard]] bool well_formed_bytes(std::span<const std::byte> bytes,
                                     std::int64_t elements) noexcept;

// True if each byte is 0 or 1: no other byte is a C++ bool.
[[nodiscard]] bool well_formed_bools(std::span<const std::byte> bytes) noexcept;

}  // namespace detail
}  // namespace inferpool
