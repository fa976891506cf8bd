// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace inferpool::worker {

// Whether a confined worker may keep this character device open for writing: one of an accelerator,
// or one that only takes or gives bytes (null, zero, full, random, urandom).
[[nodiscard]] bool may_be_kept(dev_t device);

// The driver of a character device as /proc/devices names it; "?" if it does not.
[[nodiscard]] std::string driver_of(dev_t device);

}  // namespace inferpool::worker
