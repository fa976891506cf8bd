// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Lowers limits of this process for good, so that it cannot use up what the kernel counts for all
// processes of its user together:
// - RLIMIT_NPROC and RLIMIT_SIGPENDING by an eighth. The kernel compares the count of the user with
//   the limit of the process that asks for more, so the last eighth is left for the others.
// - RLIMIT_NOFILE to kMoreDescriptors above the highest one in use. Pipes, watches (epoll) and the
//   like each need a descriptor.
// Throws std::runtime_error if the system refuses.
void lower_shared_limits();

constexpr int kMoreDescriptors = 256;

}  // namespace inferpool::worker
