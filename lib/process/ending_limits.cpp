// SPDX-License-Identifier: Apache-2.0
#include "process/ending_limits.hpp"

#include <signal.h>

#include <chrono>
#include <string_view>
#include <vector>

#include "core/format.hpp"

namespace inferpool::process {
namespace {

constexpr std::array kResources{RLIMIT_CPU,  RLIMIT_RTTIME, RLIMIT_FSIZE, RLIMIT_AS,
                                RLIMIT_DATA, RLIMIT_STACK,  RLIMIT_NOFILE};
constexpr rlim_t kUsualStack = rlim_t{1} << 20U;
constexpr rlim_t kUsualDescriptors = 16;

std::string sentence(std::string_view name, std::string_view option, std::string_view what) {
  return core::formatted("; {} (ulimit {}; for workers the setting rlimits) {}: raise it", name,
                         option, what);
}

// Whether the process used up its CPU time. Three quarters count as all of it, because the kernel's
// timer counts roughly.
bool used_up(const std::optional<ResourceUsage>& usage, rlim_t seconds) {
  return usage && 4 * (usage->user_time + usage->system_time) >=
                      3 * std::chrono::seconds(static_cast<std::int64_t>(seconds));
}

}  // namespace

EndingLimits EndingLimits::of(pid_t pid) noexcept {
  EndingLimits result;
  static_assert(kResources.size() == kKinds);
  for (std::size_t i = 0; i < kResources.size(); ++i) {
    rlimit& both = result.limits_[i];
    if (pid <= 0 || prlimit(pid, kResources[i], nullptr, &both) != 0)
      both = {RLIM_INFINITY, RLIM_INFINITY};
  }
  return result;
}

bool EndingLimits::limited(Kind kind) const noexcept {
  return limits_[kind].rlim_cur != RLIM_INFINITY;
}

std::string EndingLimits::behind(const ExitStatus& status) const {
  if (status.signal == SIGXCPU && limited(kCpu)) {
    return sentence("RLIMIT_CPU", "-t",
                    core::formatted("lets it compute for {} s", limits_[kCpu].rlim_cur));
  }
  if (status.signal == SIGXCPU && limited(kRealTime)) {
    return sentence(
        "RLIMIT_RTTIME", "-R",
        core::formatted("lets a thread of real-time priority compute for {} us without a pause",
                        limits_[kRealTime].rlim_cur));
  }
  const rlim_t most = limits_[kCpu].rlim_max;
  if (status.signal == SIGKILL && most != RLIM_INFINITY && used_up(status.usage, most))
    return sentence("RLIMIT_CPU", "-t", core::formatted("lets it compute for {} s", most));
  if (status.signal == SIGXFSZ && limited(kFileSize)) {
    return sentence(
        "RLIMIT_FSIZE", "-f",
        core::formatted("lets it write files of {} bytes", limits_[kFileSize].rlim_cur));
  }
  return status.signal || status.code.value_or(0) != 0 ? low() : std::string();
}

std::string EndingLimits::low() const {
  std::vector<std::string> low;
  const auto add = [&](std::string_view name, Kind kind, rlim_t usual) {
    if (limits_[kind].rlim_cur < usual)
      low.push_back(core::formatted("{} {}", name, limits_[kind].rlim_cur));
  };
  add("RLIMIT_AS", kAddressSpace, RLIM_INFINITY);
  add("RLIMIT_DATA", kData, RLIM_INFINITY);
  add("RLIMIT_STACK", kStack, kUsualStack);
  add("RLIMIT_NOFILE", kDescriptors, kUsualDescriptors);
  if (low.empty()) return {};
  return core::formatted(
      "; limits that it may have reached: {} (ulimit; for workers the setting rlimits)",
      core::joined(low, ", "));
}

}  // namespace inferpool::process
