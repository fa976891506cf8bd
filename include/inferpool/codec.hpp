// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>

#include <inferpool/detail/frame.hpp>
#include <inferpool/message.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool {

// How a type travels between two processes:
//   static std::string signature();                    // host and worker must agree on it
//   static void encode(Encoder&, const T&);
//   static T decode(Decoder&);                         // of bytes that may be hostile
//   static std::size_t payload(const T&);              // bytes that count against max_payload
template <typename T>
struct Codec;

template <>
struct Codec<Tensor> {
  static std::string signature() { return "Tensor"; }
  static void encode(Encoder& encoder, const Tensor& value) { encoder.put_tensor(value); }
  static Tensor decode(Decoder& decoder) { return decoder.take_tensor(); }
  static std::size_t payload(const Tensor& value) { return value.bytes().size(); }
};

template <>
struct Codec<Request> {
  static std::string signature() { return "Request"; }
  static void encode(Encoder& encoder, const Request& value);
  static Request decode(Decoder& decoder);
  // The bytes of the tensors and of the parameters that are strings.
  static std::size_t payload(const Request& value);
};

template <>
struct Codec<Response> {
  static std::string signature() { return "Response"; }
  static void encode(Encoder& encoder, const Response& value);
  static Response decode(Decoder& decoder);
  static std::size_t payload(const Response& value);
};

namespace detail {

template <typename T>
inline constexpr bool refers_elsewhere = std::is_pointer_v<T> || std::is_member_pointer_v<T>;
template <typename C, typename Traits>
inline constexpr bool refers_elsewhere<std::basic_string_view<C, Traits>> = true;
template <typename T, std::size_t N>
inline constexpr bool refers_elsewhere<std::span<T, N>> = true;
template <typename T>
inline constexpr bool refers_elsewhere<std::reference_wrapper<T>> = true;

// Not every byte is a bool.
bool decode_bool(Decoder& decoder);

}  // namespace detail

// A struct that can be copied byte for byte. One that is itself a pointer or a view is refused; a
// pointer among its members cannot be seen here, and would be meaningless in the other process. A
// member for which not every byte is a value (a bool, an enumeration) is not checked on arrival.
template <typename T>
concept PlainStruct = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
                      !std::is_reference_v<T> &&
                      !std::is_array_v<T> && !detail::refers_elsewhere<T>;

template <PlainStruct T>
struct Codec<T> {
  static std::string signature() {
    return std::string("struct ") + typeid(T).name() + " size " + std::to_string(sizeof(T)) +
           " align " + std::to_string(alignof(T));
  }
  static void encode(Encoder& encoder, const T& value) {
    encoder.put_payload(std::as_bytes(std::span<const T, 1>(&value, 1)));
  }
  static T decode(Decoder& decoder) {
    if constexpr (std::is_same_v<T, bool>) {
      return detail::decode_bool(decoder);
    } else {
      T value;
      decoder.take_payload(std::as_writable_bytes(std::span<T, 1>(&value, 1)));
      return value;
    }
  }
  static std::size_t payload(const T&) { return sizeof(T); }
};

// A type that a pool can take or give.
template <typename T>
concept Codable = requires(Encoder& encoder, Decoder& decoder, const T& value) {
  { Codec<T>::signature() } -> std::convertible_to<std::string>;
  Codec<T>::encode(encoder, value);
  { Codec<T>::decode(decoder) } -> std::same_as<T>;
  { Codec<T>::payload(value) } -> std::convertible_to<std::size_t>;
};

}  // namespace inferpool
