// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "core/failure.hpp"
#include "process/exit_status.hpp"

namespace inferpool::pool::reports {

// How long a hung worker may take to write its stack and end.
inline constexpr Duration kStackGrace = std::chrono::milliseconds(500);

// The kernel's OOM killer ended a worker, most likely.
struct OomKill {
  std::optional<std::uint64_t> limit = {};  // of its memory cgroup, in bytes; none: the machine's
};

// Why the kernel does not report the end of a process to the host.
enum class Lost : std::uint8_t {
  kNot,
  kUnkillable,  // it outlives SIGKILL: it sleeps uninterruptibly, or a debugger holds it
  kUnreaped,    // it has ended, but another process, a debugger, must reap it first
};

// How and why a worker process ended. Making an error of it never fails: without memory it says
// less.
struct WorkerEnd {
  int index = -1;
  int generation = 0;
  int pid = 0;
  process::ExitStatus status = {};
  std::string reason = {};       // why the host killed it; empty if it ended by itself
  std::string limit = {};        // which limit explains the end, if it ended by itself
  std::string stderr_tail = {};  // the last 4 KiB
  bool hung = false;             // it was asked for its stack
  bool was_ready = false;
  Lost lost = Lost::kNot;           // unless kNot: there is no status
  std::string start_failure = {};   // why it did not start, if it or the handshake said so
  core::Failure load_failure = {};  // the exception that ended the load, if one did
  std::optional<OomKill> oom_kill = {};
};

// "worker 2 (pid 71) was killed by signal 9 (SIGKILL)", with the reason
[[nodiscard]] std::string to_string(const WorkerEnd& end);

// worker_lost for the request that it ran, for one that it had not started (Phase::kQueued), or for
// none (Phase::kNone). `parts`: how many parts of the answer the caller has.
[[nodiscard]] Error worker_lost(const WorkerEnd& end, std::uint64_t request_id, Phase phase,
                                std::uint64_t parts = 0) noexcept;

// poisoned_request: two workers ended while they ran the request, this one last.
[[nodiscard]] Error poisoned_request(const WorkerEnd& end, std::uint64_t request_id) noexcept;

// poisoned_request for an input that is refused: `deaths` workers ended while they ran it, this one
// last, `ago`. `poison_memory`: how long each end is remembered.
[[nodiscard]] Error poisoned_input(const WorkerEnd& end, std::uint64_t request_id, int deaths,
                                   Duration ago, Duration poison_memory) noexcept;

// startup_failed: it was never ready (or, in the first start, not all were). Tells the cause, and
// the exception of its load, if there was one.
[[nodiscard]] Error start_failed(const WorkerEnd& end) noexcept;
// The same for a process that could not be made.
[[nodiscard]] Error start_failed(const WorkerEnd& end, std::string_view cause) noexcept;

}  // namespace inferpool::pool::reports
