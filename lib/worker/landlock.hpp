// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Landlock: rules of the kernel that a thread sets for itself and the threads that it starts
// afterwards, for good. Both functions throw std::runtime_error that says what the system lacks.

// Enters a domain that forbids nothing in file systems. But no thread in it can trace a process
// outside, or see its memory, environment or descriptors.
void enter_own_domain();

// Forbids to make, change, remove or execute anything in file systems by name, to control devices
// that are opened later, and to connect to or bind TCP ports.
void forbid_writing();

}  // namespace inferpool::worker
