// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <vector>

#include <inferpool/detail/frame.hpp>
#include <inferpool/message.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool {

// How a type travels between two processes. This header has the codecs of Tensor, Request,
// Response, std::string, trivially copyable types (PlainStruct) and std::vector of these. For
// another type, specialise it in namespace inferpool, in a header that host and worker include:
//
//   template <>
//   struct Codec<Caption> {
//     static std::string signature() { return "Caption 1"; }
//     static void encode(Encoder& encoder, const Caption& value);
//     static Caption decode(Decoder& decoder);
//     static std::size_t payload(const Caption& value);
//   };
//
// signature: names the type and the form of its bytes; a worker with another one does not start.
// encode: the Encoder's put..., and the encode of other codecs.
// decode: the Decoder's take... of the same names in the same order, to the last byte. The other
//   process wrote the bytes, so do not trust them: throw Malformed for a value that encode never
//   writes, and before a number decides how much to allocate, check that as many bytes are there.
// payload: the bytes that encode gives to put_tensor and put_payload, which max_payload limits.
//
// Several threads call them at once. The answer of a submitted call is decoded on a thread of the
// pool, which decode must not block. None may keep its Encoder, Decoder or T&.
//
// If one throws, only that call fails, and the worker goes on:
//   encode in the host: invalid_argument.  decode or encode in the worker: model_failed.
//   decode in the host: model_failed, but Malformed: worker_lost, and the worker is replaced.
// An Error keeps its code, in the worker only if it is invalid_argument, out_of_memory or
// payload_too_large; in the host std::bad_alloc is out_of_memory. Each Error names the exception's
// type and text.
//
// With workers = 0 only payload is called (an exception is handled as that of encode): the model
// gets the caller's own object. A Tensor in it may still borrow its bytes; a model that keeps such
// a tensor must keep a clone().
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
  // The bytes of the tensors and of the string parameters.
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
template <typename T, std::size_t N>
inline constexpr bool refers_elsewhere<std::array<T, N>> = refers_elsewhere<T>;

// Not every byte is a bool.
bool decode_bool(Decoder& decoder);

// How many elements of a vector these bytes are. Throws Malformed.
std::size_t element_count(std::size_t bytes, std::size_t element_size);

// The base of codecs that copy a value byte for byte.
struct Bytewise {};

}  // namespace detail

// A struct that can be copied byte for byte, and is not itself a pointer or a view. A pointer among
// its members cannot be detected here, and would be meaningless in the other process. A member for
// which not every byte is a value (a bool, an enumeration) is not checked on arrival.
template <typename T>
concept PlainStruct = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
                      std::same_as<T, std::remove_cvref_t<T>> && !std::is_array_v<T> &&
                      !detail::refers_elsewhere<T>;

template <PlainStruct T>
struct Codec<T> : detail::Bytewise {
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

// Any bytes, including zeros.
template <>
struct Codec<std::string> {
  static std::string signature() { return "string"; }
  static void encode(Encoder& encoder, const std::string& value) {
    encoder.put_payload(std::as_bytes(std::span(value)));
  }
  static std::string decode(Decoder& decoder) { return decoder.take_text(); }
  static std::size_t payload(const std::string& value) { return value.size(); }
};

// An element of a vector that travels as its bytes: not a bool, because std::vector<bool> has no
// bytes for it, and not a struct with a codec of its own.
template <typename T>
concept PlainElement =
    PlainStruct<T> && !std::same_as<T, bool> && std::derived_from<Codec<T>, detail::Bytewise>;

template <PlainElement T>
struct Codec<std::vector<T>> {
  static std::string signature() { return "vector of " + Codec<T>::signature(); }
  static void encode(Encoder& encoder, const std::vector<T>& value) {
    encoder.put_payload(std::as_bytes(std::span(value)));
  }
  static std::vector<T> decode(Decoder& decoder) {
    std::vector<T> value;
    decoder.take_payload([&value](std::size_t bytes) {
      value.resize(detail::element_count(bytes, sizeof(T)));
      return std::as_writable_bytes(std::span(value));
    });
    return value;
  }
  static std::size_t payload(const std::vector<T>& value) { return value.size() * sizeof(T); }
};

// A type that a pool can take as an input or give as an output.
template <typename T>
concept Codable = requires(Encoder& encoder, Decoder& decoder, const T& value) {
  { Codec<T>::signature() } -> std::convertible_to<std::string>;
  Codec<T>::encode(encoder, value);
  { Codec<T>::decode(decoder) } -> std::same_as<T>;
  { Codec<T>::payload(value) } -> std::convertible_to<std::size_t>;
};

}  // namespace inferpool
