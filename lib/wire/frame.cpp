// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>
#include <utility>

#include <inferpool/detail/frame.hpp>
#include <inferpool/error.hpp>

#include "core/format.hpp"

namespace inferpool {
namespace detail {

// For a frame that is, or becomes, too large for the inline bytes.
std::byte* FrameBuffer::overflow(std::size_t size) {
  const std::size_t begin = size_;
  if (inline_limit_ != 0) {
    overflow_.reserve(std::max(2 * kInlineFrame, begin + size));
    overflow_.assign(inline_.data(), inline_.data() + begin);
    inline_limit_ = 0;
  }
  overflow_.resize(begin + size);
  size_ = begin + size;
  return overflow_.data() + begin;
}

void FrameBuffer::exclude(const Exclusion& exclusion) {
  while (exclusions_ > 0 && this->exclusion(exclusions_ - 1).begin >= exclusion.begin) {
    if (--exclusions_ >= kFirst) more_.pop_back();
  }
  if (exclusions_ < kFirst) {
    first_[exclusions_] = exclusion;
  } else {
    more_.push_back(exclusion);
  }
  ++exclusions_;
}

void FrameBuffer::clear() noexcept {
  overflow_.clear();
  size_ = 0;
  inline_limit_ = kInlineFrame;
  more_.clear();
  exclusions_ = 0;
}

}  // namespace detail

using detail::BlockRef;
using detail::Malformed;
using detail::StorageRef;
using detail::TensorAccess;

namespace {

// A frame names a block by its offset in units of kAlignment, in 32 bits. So a tensor of one axis
// takes 24 bytes of a reply, which fit into the first cache line of its slot. A block beyond 256
// GiB, or between two units, is named by its offset in bytes.
enum class Location : std::uint8_t { kInline = 0, kBlock = 1, kFarBlock = 2 };

// Blocks, and so the tensors that view them, start at a multiple of this.
constexpr std::size_t kAlignment = 64;
using Unit = std::uint32_t;

constexpr std::size_t kMaxName = std::numeric_limits<std::uint32_t>::max();

// The functions that make values throw an Error for invalid arguments; arguments from the other
// process are Malformed instead.
template <typename Make>
auto refused_as_malformed(Make make) {
  try {
    return make();
  } catch (const Error& error) {
    throw Malformed(error.what());
  }
}

}  // namespace

void Encoder::put_string(std::string_view text) {
  if (text.size() > kMaxName) {
    throw Error(ErrorCode::kPayloadTooLarge,
                core::formatted("a name of {} bytes; names and ids have at most {}", text.size(),
                                kMaxName));
  }
  put(static_cast<std::uint32_t>(text.size()));
  frame_.append(text.data(), text.size());
}

void Encoder::put_tensor(const Tensor& tensor) {
  const std::span<const std::int64_t> dimensions = tensor.shape().dimensions();
  std::byte* const head = frame_.extend(2 + dimensions.size_bytes());
  head[0] = static_cast<std::byte>(tensor.datatype());
  head[1] = static_cast<std::byte>(dimensions.size());
  for (std::size_t axis = 0; axis < dimensions.size(); ++axis)
    std::memcpy(head + 2 + axis * sizeof(std::int64_t), &dimensions[axis], sizeof(std::int64_t));
  put_payload(tensor.bytes(), TensorAccess::storage(tensor));
}

void Encoder::put_payload(std::span<const std::byte> bytes, const StorageRef& storage) {
  if (bytes.size() > limit_ - payload_) {
    throw Error(ErrorCode::kPayloadTooLarge,
                core::formatted(
                    "the payload has {}{} bytes, the limit is {}: send less or raise max_payload",
                    payload_ == 0 ? "" : "at least ", payload_ + bytes.size(), limit_));
  }
  payload_ += bytes.size();
  const std::uint64_t length = bytes.size();
  if (length <= detail::kInlinePayload) {
    std::byte* const head = frame_.extend(sizeof(length) + sizeof(Location) + length);
    std::memcpy(head, &length, sizeof(length));
    head[sizeof(length)] = static_cast<std::byte>(Location::kInline);
    if (length != 0) std::memcpy(head + sizeof(length) + sizeof(Location), bytes.data(), length);
    return;
  }
  put(length);
  const std::uint64_t offset = sink_.store(bytes, storage).offset;
  const std::uint64_t unit = offset / kAlignment;
  const std::size_t begin = frame_.bytes().size();
  if (offset % kAlignment == 0 && unit <= std::numeric_limits<Unit>::max()) {
    put(Location::kBlock);
    put(static_cast<Unit>(unit));
  } else {
    put(Location::kFarBlock);
    put(offset);
  }
  frame_.exclude(
      {.begin = begin, .size = frame_.bytes().size() - begin, .block = true, .offset = offset});
}

void Decoder::ends_early(std::size_t due) const {
  throw Malformed(core::formatted("the frame ends early: {} bytes are left where {} are due",
                                  frame_.size(), due));
}

std::string Decoder::take_string() {
  const std::span<const std::byte> bytes = take_raw(take<std::uint32_t>());
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Shape Decoder::take_shape() {
  const auto rank = take<std::uint8_t>();
  if (rank > Shape::kMaxRank) throw Malformed(core::formatted("a tensor of rank {}", rank));
  std::array<std::int64_t, Shape::kMaxRank> dimensions;  // the first `rank` of them
  const std::span<const std::byte> bytes = take_raw(rank * sizeof(std::int64_t));
  if (rank != 0) std::memcpy(dimensions.data(), bytes.data(), bytes.size());
  return refused_as_malformed(
      [&] { return Shape(std::span<const std::int64_t>(dimensions.data(), rank)); });
}

Decoder::PayloadHead Decoder::take_head(std::uint64_t expected) {
  const auto length = take<std::uint64_t>();
  if (expected != kAnyLength && length != expected) {
    throw Malformed(core::formatted("a payload of {} bytes where {} are due", length, expected));
  }
  const auto location = take<Location>();
  // Each length has one form: the sender never puts a small payload into a block, or a large one
  // into the frame.
  const bool is_block = location == Location::kBlock || location == Location::kFarBlock;
  if (is_block == (length <= detail::kInlinePayload) ||
      (!is_block && location != Location::kInline)) {
    throw Malformed(core::formatted("a payload of {} bytes in place {}", length,
                                    static_cast<unsigned>(location)));
  }
  if (!is_block) return {length, std::nullopt};
  const std::uint64_t offset =
      location == Location::kBlock ? kAlignment * take<Unit>() : take<std::uint64_t>();
  return {length, BlockRef{.offset = offset, .length = length}};
}

Decoder::Payload Decoder::take_bytes(std::uint64_t expected, bool fixed_width) {
  const PayloadHead head = take_head(expected);
  if (!head.block) return {take_raw(head.length), {}};
  StorageRef storage = source_.open(*head.block, fixed_width);
  if (storage->size() < head.length)
    throw Malformed(core::formatted("an opened block of {} bytes", storage->size()));
  if (reinterpret_cast<std::uintptr_t>(storage->data()) % kAlignment != 0) {
    throw Malformed(core::formatted("a block at the offset {}, which is not aligned to {}",
                                    head.block->offset, kAlignment));
  }
  return {{storage->data(), head.length}, std::move(storage)};
}

std::span<const std::byte> Decoder::take_in_place(std::uint64_t expected) {
  const PayloadHead head = take_head(expected);
  return head.block ? source_.in_place(*head.block) : take_raw(head.length);
}

Tensor Decoder::take_tensor() {
  const auto datatype = take<Datatype>();
  const bool bytes = datatype == Datatype::kBytes;
  const Shape shape = take_shape();
  std::uint64_t expected = kAnyLength;
  if (!bytes)
    expected = refused_as_malformed([&] { return TensorAccess::byte_size(datatype, shape); });
  // BYTES and BOOL are checked in memory that the sender cannot change any more.
  Payload payload = take_bytes(expected, !bytes && datatype != Datatype::kBool);
  if (bytes && !detail::well_formed_bytes(payload.bytes, shape.elements())) {
    throw Malformed(core::formatted(
        "BYTES {}: the bytes are not that many length-prefixed elements", to_string(shape)));
  }
  if (datatype == Datatype::kBool && !detail::well_formed_bools(payload.bytes)) {
    throw Malformed(core::formatted("BOOL {}: a byte that is neither 0 nor 1", to_string(shape)));
  }
  if (!payload.block) return TensorAccess::copy(datatype, shape, payload.bytes);
  return TensorAccess::make(datatype, shape, std::move(payload.block), payload.bytes.size());
}

void Decoder::take_payload(std::span<std::byte> to) { copy(take_in_place(to.size()), to); }

void Decoder::copy(std::span<const std::byte> from, std::span<std::byte> to) {
  if (to.size() != from.size()) {
    throw std::length_error(core::formatted("a codec made room for {} bytes of a payload of {}",
                                            to.size(), from.size()));
  }
  if (!to.empty()) std::memcpy(to.data(), from.data(), to.size());
}

std::string Decoder::take_text() {
  const std::span<const std::byte> bytes = take_in_place(kAnyLength);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void Decoder::finish() const {
  if (!frame_.empty())
    throw Malformed(core::formatted("{} bytes are left after the value", frame_.size()));
}

}  // namespace inferpool
