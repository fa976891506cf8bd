// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace bench {

// A page; no frame and no header is as large.
inline constexpr std::size_t kLargeCopy = 4096;

// How often the calling thread has copied at least kLargeCopy with memcpy or memmove. Needs the
// linker's --wrap=memcpy and --wrap=memmove, and sees only objects that are linked into this
// program.
[[nodiscard]] std::uint64_t large_copies() noexcept;

}  // namespace bench
