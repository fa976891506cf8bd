// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace inferpool::worker {

// Lowers limits of this process for good, so that it cannot use up what the kernel counts for all
// processes of its user together:
// - RLIMIT_NPROC and RLIMIT_SIGPENDING by an eighth. The kernel compares the count of the user with
//   the limit of whoever asks for more: so the last eighth stays to the others.
// - RLIMIT_NOFILE to kMoreDescriptors more than the process has: by descriptors pipes, watches
//   (epoll) and the like are counted.
// Throws std::runtime_error where the system refuses.
void leave_room();

constexpr int kMoreDescriptors = 256;

}  // namespace inferpool::worker
