// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// How often the calling thread has called operator new: this program has its own.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace bench
