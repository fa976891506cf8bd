// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

namespace inferpool::worker {

// The program by which the kernel refuses system calls of a confined worker whose process is
// `self`: those that write to a file system, speak to the network, touch other processes, start
// programs, or get round such a filter. They fail with EPERM; calls that this file does not know,
// and two whose arguments a filter cannot see (openat2, clone3), with ENOSYS, so that libraries
// fall back to older ones.
[[nodiscard]] std::vector<sock_filter> call_filter(pid_t self);

// Lays the filter over all threads of the process and what they start, for good. Throws
// std::runtime_error that says what the system lacks.
void filter_calls();

}  // namespace inferpool::worker
