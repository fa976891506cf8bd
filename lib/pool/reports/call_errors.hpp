// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include <inferpool/error.hpp>

namespace inferpool::pool::reports {

// The errors that a call may get, wherever the model runs. Making one never fails: without memory
// it says less.

[[nodiscard]] Error stopped() noexcept;

// deadline_exceeded or cancelled. `when` ends the sentence: "before a worker started it".
[[nodiscard]] Error given_up(ErrorCode code, std::uint64_t request_id, Phase phase,
                             std::string_view when, int worker_index = -1) noexcept;

[[nodiscard]] Error queue_full(std::size_t waiting, std::size_t most) noexcept;

// out_of_memory: not the pool's shared memory, but the host's own.
[[nodiscard]] Error host_memory_used_up() noexcept;

// Rethrows the exception of a codec that encoded a request: an Error as it is, std::bad_alloc as
// out_of_memory, anything else as invalid_argument. Call it in a catch block.
[[noreturn]] void rethrow_unencodable(std::uint64_t request_id);

// Rethrows the exception, other than Malformed, of a codec that decoded a reply: an Error as it is,
// std::bad_alloc as out_of_memory, anything else as model_failed. Call it in a catch block.
[[noreturn]] void rethrow_undecodable(std::uint64_t request_id);

}  // namespace inferpool::pool::reports
