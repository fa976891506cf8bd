// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace inferpool::pool::calls {

// SipHash-2-4 (Aumasson and Bernstein, 2012) with 64 bits of output: whoever does not know the key
// cannot make two inputs of one hash. For bytes that anybody may have written.
class SipHash {
 public:
  // A secret of whoever hashes.
  struct Key {
    std::array<std::uint64_t, 2> words{};
    bool operator==(const Key&) const = default;
  };

  explicit SipHash(const Key& key) noexcept;

  // Where one piece ends and the next begins is no part of the hash.
  void add(std::span<const std::byte> piece) noexcept;
  // The hash of all that was added, which is over with it.
  [[nodiscard]] std::uint64_t finish() noexcept;

 private:
  struct State {
    std::uint64_t a, b, c, d;
    void round() noexcept;
    void add(std::uint64_t word) noexcept;
  };

  State state_;
  std::array<std::byte, sizeof(std::uint64_t)> rest_{};  // less than a word, not hashed yet
  std::uint64_t size_ = 0;
};

}  // namespace inferpool::pool::calls
