// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/byte_size.hpp"

namespace inferpool::settings {

inline constexpr std::uint64_t kMostSharedMemory =
    64 * core::kTiB;  // half of what a process can map

// The smallest shared_memory_limit of a pool.
[[nodiscard]] std::uint64_t least_shared_memory(int workers);

// One worker's share of the half of the limit that is for replies, in whole 64 KiB. With 0 workers
// there is one share, the whole half.
[[nodiscard]] std::uint64_t reply_region_size(std::uint64_t shared_memory_limit, int workers);

// The largest max_payload: a quarter of a reply region.
[[nodiscard]] std::uint64_t most_payload(std::uint64_t reply_region);

}  // namespace inferpool::settings
