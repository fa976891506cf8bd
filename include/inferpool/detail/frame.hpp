// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <inferpool/tensor.hpp>

namespace inferpool {

// The other process wrote bytes that a correct process never writes: its code is broken, or a
// different version. A Codec's decode throws it for a value that its encode never writes.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

namespace detail {

using inferpool::Malformed;

// A frame is the encoded form of one value. Up to kInlineFrame bytes lie in the ring slot itself.
inline constexpr std::size_t kInlineFrame = 448;
// A payload up to this size is written into the frame; a larger one is in a block, to which the
// frame refers.
inline constexpr std::size_t kInlinePayload = 256;

// A block of shared memory, as named by its sender. The other process writes it: every field is
// checked before use.
struct BlockRef {
  std::uint64_t offset = 0;
  std::uint64_t length = 0;
};

// Where an Encoder puts payloads that are too large for the frame.
class BlockSink {
 public:
  virtual ~BlockSink() = default;
  // Puts the bytes into a block that stays unchanged until the receiver is done with it. If
  // `storage` is in the sink's region already, no byte is copied. Throws Error (payload_too_large,
  // out_of_memory).
  virtual BlockRef store(std::span<const std::byte> bytes, const StorageRef& storage) = 0;
};

// Where a Decoder finds payloads that are not in the frame.
class BlockSource {
 public:
  virtual ~BlockSource() = default;
  // The block's bytes, alive while the storage is referenced. `fixed_width`: the bytes are numbers,
  // for which any value is harmless, so they may be viewed in place; others are copied first.
  // Throws Malformed.
  virtual StorageRef open(const BlockRef& block, bool fixed_width) = 0;
  // The block's bytes without a copy, alive while the source is. Their writer may change them
  // meanwhile, so read each only once. Throws Malformed.
  [[nodiscard]] virtual std::span<const std::byte> in_place(const BlockRef& block) const = 0;
};

// The bytes of a frame, the first kInlineFrame without allocation.
class FrameBuffer {
 public:
  // Bytes that differ between two sendings of the same value. If they refer to a block, the 8 bytes
  // before them are the block's length.
  struct Exclusion {
    std::size_t begin;
    std::size_t size;
    bool block;
    std::uint64_t offset;  // of the block
  };

  // `size` more bytes; write them before any other call.
  [[nodiscard]] std::byte* extend(std::size_t size) {
    const std::size_t begin = size_;
    if (begin + size > inline_limit_) return overflow(size);
    size_ = begin + size;
    return inline_.data() + begin;
  }
  // Inline, so that the compiler stores a number with one instruction.
  void append(const void* data, std::size_t size) {
    if (size != 0) std::memcpy(extend(size), data, size);
  }
  void clear() noexcept;
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return {overflow_.empty() ? inline_.data() : overflow_.data(), size_};
  }

  // Call it in the order of the bytes. An exclusion that encloses earlier ones replaces them.
  void exclude(const Exclusion& exclusion);
  [[nodiscard]] std::size_t exclusions() const noexcept { return exclusions_; }
  [[nodiscard]] const Exclusion& exclusion(std::size_t index) const noexcept {
    return index < kFirst ? first_[index] : more_[index - kFirst];
  }

 private:
  static constexpr std::size_t kFirst = 4;  // exclusions without an allocation

  std::byte* overflow(std::size_t size);

  std::array<std::byte, kInlineFrame> inline_;
  std::vector<std::byte> overflow_ = {};
  std::size_t size_ = 0;
  std::size_t inline_limit_ = kInlineFrame;  // 0: the bytes are in overflow_
  std::array<Exclusion, kFirst> first_;
  std::vector<Exclusion> more_ = {};
  std::size_t exclusions_ = 0;
};

}  // namespace detail

// Writes one value into a frame. Not thread-safe. A Codec calls its put... members.
class Encoder {
 public:
  // `limit`: the most payload bytes; the error calls it max_payload. `frame` and `sink` must
  // outlive the encoder.
  Encoder(detail::FrameBuffer& frame, detail::BlockSink& sink, std::size_t limit) noexcept
      : frame_(frame), sink_(sink), limit_(limit) {}

  template <typename T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void put(T value) {
    frame_.append(&value, sizeof(value));
  }
  // A name or an id: is in the frame and does not count against the limit. Throws Error
  // (payload_too_large) from 4 GiB on.
  void put_string(std::string_view text);
  // Throws as put_payload. A loaned tensor is not copied.
  void put_tensor(const Tensor& tensor);
  // Bytes of any number, copied once; they count against the limit. Throws Error
  // (payload_too_large, out_of_memory).
  void put_payload(std::span<const std::byte> bytes) { put_payload(bytes, {}); }
  // The bytes that `put()` puts are sent, but excluded from the fingerprint by which the poison
  // memory recognises an input (Settings::poison_memory): for ids, times and traces, which differ
  // with each sending.
  template <std::invocable Put>
  void exclude_from_fingerprint(Put&& put) {
    const std::size_t begin = frame_.bytes().size();
    put();
    frame_.exclude(
        {.begin = begin, .size = frame_.bytes().size() - begin, .block = false, .offset = 0});
  }

 private:
  void put_payload(std::span<const std::byte> bytes, const detail::StorageRef& storage);

  detail::FrameBuffer& frame_;
  detail::BlockSink& sink_;
  std::size_t limit_;
  std::size_t payload_ = 0;
};

// Reads one value from a frame, which the other process wrote: each read is checked and throws
// Malformed. `frame` is private memory. Not thread-safe. A Codec calls its take... members in the
// order in which its encode called the put... of the same names.
class Decoder {
 public:
  Decoder(std::span<const std::byte> frame, detail::BlockSource& source) noexcept
      : frame_(frame), source_(source) {}

  template <typename T>
  requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) [[nodiscard]] T take() {
    static_assert(!std::is_same_v<T, bool>, "take a std::uint8_t: not every byte is a bool");
    T value;
    std::memcpy(&value, take_raw(sizeof(value)).data(), sizeof(value));
    return value;
  }
  [[nodiscard]] std::string take_string();
  [[nodiscard]] Tensor take_tensor();
  // Fills `to` with a payload of exactly its size.
  void take_payload(std::span<std::byte> to);
  // A payload of any size: `room(size)`, called once, gives the `size` bytes to fill, or throws
  // Malformed. The frame is known to have that many bytes, so `room` may allocate them.
  template <std::invocable<std::size_t> Room>
  void take_payload(Room&& room) {
    const std::span<const std::byte> bytes = take_in_place(kAnyLength);
    copy(bytes, room(bytes.size()));
  }
  // A payload of any size, as text.
  [[nodiscard]] std::string take_text();
  // Throws if bytes are left.
  void finish() const;

 private:
  // The head of a payload. Without a block, the bytes follow in the frame.
  struct PayloadHead {
    std::uint64_t length = 0;
    std::optional<detail::BlockRef> block = {};
  };
  // A payload's bytes: in the frame, or in a block that is alive while it is referenced.
  struct Payload {
    std::span<const std::byte> bytes;
    detail::StorageRef block;
  };

  static void copy(std::span<const std::byte> from, std::span<std::byte> to);
  std::span<const std::byte> take_raw(std::size_t size) {
    if (size > frame_.size()) ends_early(size);
    const std::span<const std::byte> bytes = frame_.first(size);
    frame_ = frame_.subspan(size);
    return bytes;
  }
  [[noreturn]] void ends_early(std::size_t due) const;
  Shape take_shape();
  static constexpr std::uint64_t kAnyLength = ~std::uint64_t{0};
  // `expected`: the only valid length, or kAnyLength.
  PayloadHead take_head(std::uint64_t expected);
  Payload take_bytes(std::uint64_t expected, bool fixed_width);
  std::span<const std::byte> take_in_place(std::uint64_t expected);

  std::span<const std::byte> frame_;
  detail::BlockSource& source_;
};

}  // namespace inferpool
