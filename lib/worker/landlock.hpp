// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Landlock: rules of the kernel that a thread lays upon itself and the threads that it starts
// afterwards, for good. Both throw std::runtime_error that says what the system lacks.

// A domain of its own that forbids nothing in file systems. But no thread in it can look into a
// process outside of it, or trace it: not its memory, not its environment, not its descriptors.
void enter_own_domain();

// Nothing in file systems can be made, changed, removed or executed by name, no device be
// controlled that is opened later, and no TCP port be connected to or bound.
void forbid_writing();

}  // namespace inferpool::worker
