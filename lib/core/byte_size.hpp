// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inferpool::core {

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;
inline constexpr std::uint64_t kTiB = 1024 * kGiB;

// A whole number of bytes, KiB, MiB, GiB or TiB: "65536", "64MiB". Nothing if the text is anything
// else, or the size exceeds 64 bits.
[[nodiscard]] std::optional<std::uint64_t> parse_byte_size(std::string_view text);

// In the largest unit that gives a whole number: "64MiB", "1000". parse_byte_size reads it back.
[[nodiscard]] std::string print_byte_size(std::uint64_t bytes);

}  // namespace inferpool::core
