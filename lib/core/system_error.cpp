// SPDX-License-Identifier: Apache-2.0
#include "core/system_error.hpp"

#include <sys/resource.h>

#include <cerrno>
#include <cstring>

#include "core/format.hpp"

namespace inferpool::core {
namespace {

// The soft limit of this process, or "unlimited".
std::string limit(__rlimit_resource resource) {
  rlimit both{};
  if (getrlimit(resource, &both) != 0 || both.rlim_cur == RLIM_INFINITY) return "unlimited";
  return std::to_string(both.rlim_cur);
}

// The limit of the system that explains `error`, with its value; empty if none does.
std::string limit_behind(int error) {
  switch (error) {
    case EMFILE:
      return formatted(
          "; RLIMIT_NOFILE (ulimit -n; for workers the setting rlimits) lets this process have {} "
          "descriptors: raise it",
          limit(RLIMIT_NOFILE));
    case ENFILE:
      return "; the machine has no descriptor left: raise fs.file-max";
    case EAGAIN:
      return formatted(
          "; RLIMIT_NPROC (ulimit -u; for workers the setting rlimits) lets this user have {} "
          "processes and threads, a container's pids.max may be lower, and a thread's stack counts "
          "against RLIMIT_AS ({}) and RLIMIT_DATA ({}): raise what is used up",
          limit(RLIMIT_NPROC), limit(RLIMIT_AS), limit(RLIMIT_DATA));
    case ENOMEM:
      return formatted(
          "; RLIMIT_AS (ulimit -v; for workers the setting rlimits) is {}, RLIMIT_DATA (ulimit -d) "
          "{}, and memory and vm.max_map_count have limits: lower shared_memory_limit, or raise "
          "what is used up",
          limit(RLIMIT_AS), limit(RLIMIT_DATA));
    case EFBIG:
      return formatted(
          "; RLIMIT_FSIZE (ulimit -f, in KiB; for workers the setting rlimits) lets this process "
          "have files, and memory files, of {} bytes: raise it, or lower shared_memory_limit",
          limit(RLIMIT_FSIZE));
    default:
      return {};
  }
}

}  // namespace

const char* error_text(int error) noexcept {
  const char* const text = strerrordesc_np(error);
  return text != nullptr ? text : "unknown error";
}

std::string system_failure(std::string_view call, int error) {
  return formatted("{}: {} (errno {}){}", call, error_text(error), error, limit_behind(error));
}

}  // namespace inferpool::core
