// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace inferpool::worker {

// Lists the process under the file name in `program`. It was executed by descriptor, so the kernel
// names it by a number.
void take_name(std::string_view program) noexcept;

// The process survives the signals that a terminal or a service manager sends to all processes: its
// host decides when it leaves. A write beyond RLIMIT_FSIZE fails, but does not end it. Processes
// that it forks and programs that it executes have these signals at their defaults. When the kernel
// is short of memory, it kills this process and its children before the host.
void defer_to_host() noexcept;

// The process writes no core dump, and no other process of the user may look into it.
void forbid_dumps() noexcept;

// Starts a thread that ends the process at once (status 0) when the host's end of the control
// socket closes, whatever the other threads do. The thread calls `housekeeping` about every 10 s.
// Throws std::runtime_error, which names the limit, if the system cannot start it.
void leave_with_host(int control_fd, std::function<void()> housekeeping);

}  // namespace inferpool::worker
