// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

namespace inferpool::worker {

// The numbers of the system calls that a confined worker may not make, whatever their arguments.
[[nodiscard]] std::span<const std::uint32_t> refused_calls() noexcept;

}  // namespace inferpool::worker
