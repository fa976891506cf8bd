// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace inferpool::pool::calls {

// SipHash-2-4 (Aumasson and Bernstein, 2012) with 64 bits of output: without the key, nobody can
// make two inputs with one hash. For bytes that anybody may have written.
class SipHash {
 public:
  // A secret.
  struct Key {
    std::array<std::uint64_t, 2> words{};
    bool operator==(const Key&) const = default;
  };

  explicit SipHash(const Key& key) noexcept;

  // The hash does not depend on how the bytes are cut into pieces.
  void add(std::span<const std::byte> piece) noexcept;
  // The hash of all that was added. Add nothing afterwards.
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
