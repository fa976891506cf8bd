// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace inferpool::worker {

// Whether a character device is one that a confined worker may keep open for writing: the drivers
// of accelerators, and what takes or gives mere bytes (null, zero, full, random, urandom).
[[nodiscard]] bool may_be_kept(dev_t device);

// The driver of a character device as /proc/devices names it; "?" where it does not.
[[nodiscard]] std::string driver_of(dev_t device);

}  // namespace inferpool::worker
