// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include <inferpool/codec.hpp>

namespace inferpool::detail {

template <typename T>
inline constexpr bool is_string_view = false;
template <typename C, typename Traits>
inline constexpr bool is_string_view<std::basic_string_view<C, Traits>> = true;

template <typename T>
inline constexpr bool is_span = false;
template <typename T, std::size_t N>
inline constexpr bool is_span<std::span<T, N>> = true;

template <typename T>
inline constexpr bool is_reference_wrapper = false;
template <typename T>
inline constexpr bool is_reference_wrapper<std::reference_wrapper<T>> = true;

template <typename T>
inline constexpr bool is_vector = false;
template <typename T, typename Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;

template <typename T>
inline constexpr bool is_vector_of_views = false;
template <typename T, typename Allocator>
inline constexpr bool is_vector_of_views<std::vector<T, Allocator>> = refers_elsewhere<T>;

template <typename T>
inline constexpr bool is_vector_of_bool = false;
template <typename Allocator>
inline constexpr bool is_vector_of_bool<std::vector<bool, Allocator>> = true;

template <typename T>
concept HasCodec = requires {
  sizeof(Codec<T>);
};

// Why T cannot travel; each has one static_assert below.
enum class Refusal {
  kNone,
  kReference,
  kIncompleteCodec,
  kPointer,
  kStringView,
  kSpan,
  kReferenceWrapper,
  kVectorOfBool,
  kVectorOfViews,
  kVector,
  kOther
};

template <typename T>
consteval Refusal refusal_of() {
  if (std::is_reference_v<T> || std::is_const_v<T> || std::is_volatile_v<T>)
    return Refusal::kReference;
  if (Codable<T>) return Refusal::kNone;
  if (HasCodec<T>) return Refusal::kIncompleteCodec;
  if (std::is_pointer_v<T> || std::is_member_pointer_v<T>) return Refusal::kPointer;
  if (is_string_view<T>) return Refusal::kStringView;
  if (is_span<T>) return Refusal::kSpan;
  if (is_reference_wrapper<T>) return Refusal::kReferenceWrapper;
  if (is_vector_of_bool<T>) return Refusal::kVectorOfBool;
  if (is_vector_of_views<T>) return Refusal::kVectorOfViews;
  return is_vector<T> ? Refusal::kVector : Refusal::kOther;
}

// `type` is T. If T cannot travel, the compiler says why in one line, and reports no other error
// for the uses of `type`.
template <typename T>
struct CodableType {
  static constexpr Refusal kRefusal = refusal_of<T>();
  static_assert(kRefusal != Refusal::kReference,
                "inferpool: a reference or a const type cannot travel between processes; name the "
                "type itself as Input or Output");
  static_assert(kRefusal != Refusal::kIncompleteCodec,
                "inferpool: this type's Codec lacks something; it needs static signature(), "
                "encode(Encoder&, const T&), decode(Decoder&) that returns T, and payload(const "
                "T&), as inferpool/codec.hpp says");
  static_assert(kRefusal != Refusal::kPointer,
                "inferpool: a pointer cannot travel between processes, where it means nothing; use "
                "the type that it points to, a Tensor, a std::string or a std::vector");
  static_assert(kRefusal != Refusal::kStringView,
                "inferpool: std::string_view cannot travel between processes, as it owns no bytes; "
                "use std::string");
  static_assert(kRefusal != Refusal::kSpan,
                "inferpool: std::span cannot travel between processes, as it owns no elements; use "
                "Tensor or std::vector");
  static_assert(kRefusal != Refusal::kReferenceWrapper,
                "inferpool: std::reference_wrapper cannot travel between processes, as it owns "
                "nothing; use the type that it refers to");
  static_assert(kRefusal != Refusal::kVectorOfBool,
                "inferpool: std::vector<bool> cannot travel between processes, as its elements "
                "have no bytes; use std::vector<std::uint8_t> or Tensor");
  static_assert(kRefusal != Refusal::kVectorOfViews,
                "inferpool: a std::vector of pointers or views cannot travel between processes, as "
                "it owns nothing of what they refer to; use Tensor or a Codec of your own");
  static_assert(kRefusal != Refusal::kVector,
                "inferpool: a std::vector can travel between processes where its elements are "
                "trivially copyable and have no Codec of their own; for this one specialise "
                "inferpool::Codec");
  static_assert(kRefusal != Refusal::kOther,
                "inferpool: this type cannot travel between processes; use Tensor, "
                "Request/Response, std::string, a trivially copyable type or a std::vector of "
                "one, or specialise inferpool::Codec for it");
  using type = T;
};

}  // namespace inferpool::detail
