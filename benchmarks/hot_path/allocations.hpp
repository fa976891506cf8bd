// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace bench {

// How often the calling thread has called operator new, which this program replaces.
[[nodiscard]] std::uint64_t allocations() noexcept;

}  // namespace bench
