// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/worker_end.hpp"

#include <signal.h>

#include "core/byte_size.hpp"
#include "core/clock.hpp"
#include "core/format.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool::reports {
namespace {

std::string_view how(Lost lost) {
  return lost == Lost::kUnkillable ? "did not end after SIGKILL"
                                   : "ended (a debugger keeps its status)";
}

std::string how(const WorkerEnd& end) {
  return core::formatted(
      "worker {} (pid {}) {}", end.index, end.pid,
      end.lost == Lost::kNot ? process::to_string(end.status) : std::string(how(end.lost)));
}

std::string why(const OomKill& kill) {
  std::string text = "; the kernel's OOM killer ended it, probably (its count of kills went up): ";
  if (!kill.limit) {
    return text +
           "the machine's memory was used up; lower workers, shared_memory_limit or what the "
           "model holds";
  }
  return text + core::formatted(
                    "the memory limit of its cgroup is {}; lower workers, shared_memory_limit or "
                    "what the model holds, or raise that limit",
                    core::print_byte_size(*kill.limit));
}

std::string why(const WorkerEnd& end) {
  if (end.oom_kill) return why(*end.oom_kill);
  if (end.reason.empty() && end.lost == Lost::kNot) return end.limit;
  std::string text;
  if (!end.reason.empty()) text = core::formatted("; the pool killed it: {}", end.reason);
  if (end.hung && end.status.signal == SIGKILL)
    text += core::formatted("; asked for its stack (SIGABRT), it had not ended {} s later",
                            core::seconds(kStackGrace));
  if (end.lost == Lost::kUnkillable)
    text +=
        "; it sleeps uninterruptibly (in a driver, or a file system that does not answer), or a "
        "debugger holds it: the pool goes on without it";
  return text;
}

std::string why_not_started(const WorkerEnd& end) {
  if (!end.start_failure.empty()) return end.start_failure;
  if (!end.reason.empty() || end.lost != Lost::kNot) return to_string(end);
  return to_string(end) + (end.was_ready ? " right after it was ready" : " before it was ready");
}

ErrorDetails details_of(const WorkerEnd& end, Phase phase) {
  ErrorDetails details;
  details.phase = phase;
  details.worker_index = end.index;
  details.pid = end.pid;
  details.signal = end.status.signal;
  details.exit_status = end.status.code;
  details.usage = end.status.usage;
  details.hung = end.hung;
  details.oom_killed = end.oom_kill.has_value();
  details.stderr_tail = end.stderr_tail;
  return details;
}

std::string lost_text(const WorkerEnd& end, std::uint64_t request_id, Phase phase,
                      std::uint64_t parts) {
  std::string text = how(end);
  if (phase != Phase::kNone) {
    text +=
        core::formatted(" {} request {}",
                        phase == Phase::kRunning ? "while it ran" : "before it began", request_id);
  }
  if (parts > 0)
    text += core::formatted(", after {} part{} of its answer", parts, parts > 1 ? "s" : "");
  text += why(end);
  if (parts > 0) {
    text += "; a request that was answered in part is not sent again, with any value of retry";
  } else if (phase == Phase::kRunning) {
    text += "; send it again if running it twice does no harm, or set retry = always";
  } else if (phase == Phase::kQueued) {
    text += "; retry = never keeps it from another worker";
  }
  return text;
}

}  // namespace

std::string to_string(const WorkerEnd& end) { return how(end) + why(end); }

Error worker_lost(const WorkerEnd& end, std::uint64_t request_id, Phase phase,
                  std::uint64_t parts) noexcept {
  return core::error_or(ErrorCode::kWorkerLost, [&] {
    ErrorDetails details = details_of(end, phase);
    details.request_id = request_id;
    return Error(ErrorCode::kWorkerLost, lost_text(end, request_id, phase, parts),
                 std::move(details));
  });
}

Error poisoned_request(const WorkerEnd& end, std::uint64_t request_id) noexcept {
  return core::error_or(ErrorCode::kPoisonedRequest, [&] {
    ErrorDetails details = details_of(end, Phase::kRunning);
    details.request_id = request_id;
    return Error(ErrorCode::kPoisonedRequest,
                 core::formatted("two workers ended while they ran request {}; the last: {}",
                                 request_id, to_string(end)),
                 std::move(details));
  });
}

Error poisoned_input(const WorkerEnd& end, std::uint64_t request_id, int deaths, Duration ago,
                     Duration poison_memory) noexcept {
  return core::error_or(ErrorCode::kPoisonedRequest, [&] {
    ErrorDetails details = details_of(end, Phase::kQueued);
    details.request_id = request_id;
    return Error(
        ErrorCode::kPoisonedRequest,
        core::formatted("request {} is not run: its input ended {} workers while they ran it, the "
                        "last one {:.1f} s ago: {}; each such end is remembered for poison_memory "
                        "({} s), and two are enough; mend the model, or set poison_memory to 0",
                        request_id, deaths, core::seconds(ago), to_string(end),
                        core::seconds(poison_memory)),
        std::move(details));
  });
}

Error start_failed(const WorkerEnd& end) noexcept {
  return core::error_or(ErrorCode::kStartupFailed,
                        [&] { return start_failed(end, why_not_started(end)); });
}

Error start_failed(const WorkerEnd& end, std::string_view cause) noexcept {
  return core::error_or(ErrorCode::kStartupFailed, [&] {
    ErrorDetails details = details_of(end, Phase::kStarting);
    details.exception_type = end.load_failure.type;
    details.exception_text = end.load_failure.text;
    std::string text = core::formatted("worker {} did not start: {}", end.index, cause);
    if (!end.stderr_tail.empty()) text += "; its last output:\n" + end.stderr_tail;
    return Error(ErrorCode::kStartupFailed, text, std::move(details));
  });
}

}  // namespace inferpool::pool::reports
