// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

// Of a page at least: no frame, no header is as large.
inline constexpr std::size_t kLargeCopy = 4096;

// How often the calling thread has copied so much by memcpy or memmove. Needs the linker's
// --wrap=memcpy and --wrap=memmove, and sees the objects that are linked into this program.
[[nodiscard]] std::uint64_t large_copies() noexcept;

}  // namespace bench
