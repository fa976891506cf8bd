// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/resource.h>

#include <array>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>

namespace inferpool::test {

// What a low soft limit may do to a pool: nothing; keep its workers from starting; end a worker.
enum class Effect { kNone, kStart, kMaybe };

// A limit as getrlimit knows it, a value at which it is too low where it counts at all, and what
// that does to a pool that is made under it.
struct LowLimit {
  std::string_view name;
  __rlimit_resource resource;
  rlim_t low;
  Effect effect;
};

// All that there are. Not low for the host itself: RLIMIT_CPU, since the system ends whoever has
// used it up, and the host's use is its own; here it is never reached. Where a pool is root's, the
// system counts no processes; exhaustion_processes_test has an ordinary user.
constexpr auto kEachLimit = std::to_array<LowLimit>({
    {"RLIMIT_CPU", RLIMIT_CPU, 3600, Effect::kNone},
    {"RLIMIT_FSIZE", RLIMIT_FSIZE, 4096, Effect::kStart},
    {"RLIMIT_DATA", RLIMIT_DATA, 8 << 20, Effect::kMaybe},  // beside what the host has
    {"RLIMIT_STACK", RLIMIT_STACK, 96 << 10, Effect::kMaybe},
    {"RLIMIT_CORE", RLIMIT_CORE, 0, Effect::kNone},
    {"RLIMIT_RSS", RLIMIT_RSS, 0, Effect::kNone},
    {"RLIMIT_NPROC", RLIMIT_NPROC, 0, Effect::kMaybe},
    {"RLIMIT_NOFILE", RLIMIT_NOFILE, 4, Effect::kStart},
    {"RLIMIT_MEMLOCK", RLIMIT_MEMLOCK, 0, Effect::kNone},
    {"RLIMIT_AS", RLIMIT_AS, 8 << 20, Effect::kMaybe},  // likewise
    {"RLIMIT_LOCKS", RLIMIT_LOCKS, 0, Effect::kNone},
    {"RLIMIT_SIGPENDING", RLIMIT_SIGPENDING, 0, Effect::kNone},
    {"RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE, 0, Effect::kNone},
    {"RLIMIT_NICE", RLIMIT_NICE, 0, Effect::kNone},
    {"RLIMIT_RTPRIO", RLIMIT_RTPRIO, 0, Effect::kNone},
    {"RLIMIT_RTTIME", RLIMIT_RTTIME, 1, Effect::kNone},
});
static_assert(kEachLimit.size() == RLIM_NLIMITS);

// The bytes in the line of that name of this process's status, such as "VmSize:".
inline rlim_t status_bytes(const std::string& name) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(name)) continue;
    rlim_t kib = 0;
    std::istringstream(line.substr(name.size())) >> kib;
    return kib * 1024;
  }
  return 0;
}

// The value that is low for this process.
inline rlim_t low_value(const LowLimit& limit) {
  if (limit.resource == RLIMIT_AS) return status_bytes("VmSize:") + limit.low;
  if (limit.resource == RLIMIT_DATA) return status_bytes("VmData:") + limit.low;
  return limit.low;
}

}  // namespace inferpool::test
