// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pool/calls/sip_hash.hpp"

namespace inferpool::pool::calls {

// A key that nobody else has, of the kernel's random bytes (getrandom). Where the kernel has no
// such call, refuses it, or has no random bytes yet, the key is made of the 16 random bytes that
// the kernel gave this process at its start (AT_RANDOM), of the clock and of a place in memory: as
// secret as those bytes, and another one each time. Never waits.
[[nodiscard]] SipHash::Key draw_hash_key() noexcept;

}  // namespace inferpool::pool::calls
