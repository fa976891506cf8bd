// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/sip_hash.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace inferpool::pool::calls {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

// The algorithm takes words in this order of bytes.
static_assert(std::endian::native == std::endian::little);
std::uint64_t word_at(const std::byte* bytes) noexcept {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, kWord);
  return word;
}

}  // namespace

inline void SipHash::State::round() noexcept {
  a += b;
  b = std::rotl(b, 13) ^ a;
  a = std::rotl(a, 32);
  c += d;
  d = std::rotl(d, 16) ^ c;
  a += d;
  d = std::rotl(d, 21) ^ a;
  c += b;
  b = std::rotl(b, 17) ^ c;
  c = std::rotl(c, 32);
}

inline void SipHash::State::add(std::uint64_t word) noexcept {
  d ^= word;
  round();
  round();
  a ^= word;
}

SipHash::SipHash(const Key& key) noexcept
    : state_{key.words[0] ^ 0x736f6d6570736575U, key.words[1] ^ 0x646f72616e646f6dU,
             key.words[0] ^ 0x6c7967656e657261U, key.words[1] ^ 0x7465646279746573U} {}

void SipHash::add(std::span<const std::byte> piece) noexcept {
  const std::size_t before = size_ % kWord;
  size_ += piece.size();
  State state = state_;  // a copy in registers: the compiler must assume that bytes are in state_
  if (before > 0) {
    const std::size_t count = std::min(kWord - before, piece.size());
    std::copy_n(piece.begin(), count, rest_.begin() + static_cast<std::ptrdiff_t>(before));
    if (before + count < kWord) return;
    state.add(word_at(rest_.data()));
    piece = piece.subspan(count);
  }
  const std::size_t words = piece.size() / kWord;
  for (std::size_t i = 0; i < words; ++i) state.add(word_at(piece.data() + i * kWord));
  state_ = state;
  std::copy(piece.begin() + static_cast<std::ptrdiff_t>(words * kWord), piece.end(), rest_.begin());
}

std::uint64_t SipHash::finish() noexcept {
  const std::size_t left = size_ % kWord;
  std::fill(rest_.begin() + static_cast<std::ptrdiff_t>(left), rest_.end(), std::byte{});
  state_.add(word_at(rest_.data()) | size_ << 56U);
  state_.c ^= 0xffU;
  for (int i = 0; i < 4; ++i) state_.round();
  return state_.a ^ state_.b ^ state_.c ^ state_.d;
}

}  // namespace inferpool::pool::calls
