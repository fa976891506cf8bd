// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "pool/calls/sip_hash.hpp"

namespace inferpool::pool::calls {

// A secret key of the kernel's random bytes (getrandom). If the kernel has no such call, refuses
// it, or has no random bytes yet, the key is made of the 16 random bytes that the kernel gave this
// process at its start (AT_RANDOM), of the clock and of a memory address: as secret as those bytes,
// and a new one each time. Never waits.
[[nodiscard]] SipHash::Key draw_hash_key() noexcept;

}  // namespace inferpool::pool::calls
