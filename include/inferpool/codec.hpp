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

// How a type travels between two processes. Here are the codecs of Tensor, Request, Response,
// std::string, trivially copyable types (PlainStruct) and std::vector of these. For another type
// specialise it in namespace inferpool, in a header that host and worker include:
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
// decode: the takes of the same names in the same order, to the last byte. What the bytes are
//   worth is the other process's word: what encode never writes is refused with Malformed, and
//   nothing is allocated on the word of a number before as many bytes are found to be there.
// payload: the bytes that encode gives to put_tensor and put_payload, which max_payload limits.
//
// All are called from several threads at once; decode of a submitted call's answer on a thread of
// the pool, which it must not block. None keeps its Encoder, Decoder or T&.
//
// Where one throws, only that call fails, and the worker goes on:
//   encode in the host: invalid_argument.  decode or encode in the worker: model_failed.
//   decode in the host: model_failed, but Malformed: worker_lost, and the worker is replaced.
// An Error stays as it is, in the worker if it is invalid_argument, out_of_memory or
// payload_too_large; in the host std::bad_alloc is out_of_memory.
// Each names the exception's type and text.
//
// With workers = 0 only payload is called (where it throws, it is the same as for encode): the
// model gets the caller's own object. So a Tensor in it that borrows its bytes still does; a model
// that keeps it keeps a clone().
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
template <typename T, std::size_t N>
inline constexpr bool refers_elsewhere<std::array<T, N>> = refers_elsewhere<T>;

// Not every byte is a bool.
bool decode_bool(Decoder& decoder);

// How many elements of a vector so many bytes are. Throws Malformed.
std::size_t element_count(std::size_t bytes, std::size_t element_size);

// The base of codecs that copy a value byte for byte.
struct Bytewise {};

}  // namespace detail

// A struct that can be copied byte for byte. One that is itself a pointer or a view is refused; a
// pointer among its members cannot be seen here, and would be meaningless in the other process. A
// member for which not every byte is a value (a bool, an enumeration) is not checked on arrival.
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

// Any bytes, zeros among them.
template <>
struct Codec<std::string> {
  static std::string signature() { return "string"; }
  static void encode(Encoder& encoder, const std::string& value) {
    encoder.put_payload(std::as_bytes(std::span(value)));
  }
  static std::string decode(Decoder& decoder) { return decoder.take_text(); }
  static std::size_t payload(const std::string& value) { return value.size(); }
};

// An element of a vector that travels as its bytes: not a bool, which has none there, nor a struct
// with a codec of its own, which has its reasons.
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

// A type that a pool can take or give.
template <typename T>
concept Codable = requires(Encoder& encoder, Decoder& decoder, const T& value) {
  { Codec<T>::signature() } -> std::convertible_to<std::string>;
  Codec<T>::encode(encoder, value);
  { Codec<T>::decode(decoder) } -> std::same_as<T>;
  { Codec<T>::payload(value) } -> std::convertible_to<std::size_t>;
};

}  // namespace inferpool
