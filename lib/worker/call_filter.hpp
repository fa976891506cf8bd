// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>
#include <sys/types.h>

#include <vector>

namespace inferpool::worker {

// The filter of system calls for a confined worker whose process is `self`. Calls that write to a
// file system, use the network, touch other processes, start programs, or get round such a filter
// fail with EPERM. Calls that the filter does not know, and two whose arguments it cannot see
// (openat2, clone3), fail with ENOSYS, so that libraries fall back to older ones.
[[nodiscard]] std::vector<sock_filter> call_filter(pid_t self);

// Applies the filter to all threads of the process, and to all that they start, for good. Throws
// std::runtime_error that says what the system lacks.
void filter_calls();

}  // namespace inferpool::worker
