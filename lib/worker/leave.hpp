// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string_view>

namespace inferpool::worker {

// The process is listed under the file name in `program`. It was executed by descriptor, so the
// kernel calls it by a number.
void take_name(std::string_view program) noexcept;

// The process stays at the signals that a terminal or a service manager sends to everybody: its
// host decides when it leaves. A write beyond RLIMIT_FSIZE fails, and ends nothing. What it forks
// or executes has these signals at their defaults. The kernel, short of memory, takes it before the
// host, and so it does its children.
void defer_to_host() noexcept;

// The process leaves no core dump, and no other process of the user may look into it.
void forbid_dumps() noexcept;

// Starts a thread that ends the process at once (status 0) when the host's end of the control
// socket closes, whatever the other threads do. `housekeeping` is called on it every 10 s or so.
// Throws std::runtime_error naming the limit where the system gives no thread.
void leave_with_host(int control_fd, std::function<void()> housekeeping);

}  // namespace inferpool::worker
