// SPDX-License-Identifier: Apache-2.0
#include "worker/shared_limits.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <system_error>

#include "core/system_error.hpp"

namespace inferpool::worker {
namespace {

// Lowers both limits of the resource to what `lowered` makes of the soft one.
template <typename Lower>
void lower(__rlimit_resource resource, const Lower& lowered) {
  rlimit both{};
  if (getrlimit(resource, &both) != 0)
    throw std::runtime_error(core::system_failure("getrlimit", errno));
  both.rlim_cur = std::min(both.rlim_cur, static_cast<rlim_t>(lowered(both.rlim_cur)));
  both.rlim_max = both.rlim_cur;
  if (setrlimit(resource, &both) != 0)
    throw std::runtime_error(core::system_failure("setrlimit", errno));
}

rlim_t highest_descriptor() {
  rlim_t highest = 2;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    const std::string name = entry.path().filename();
    rlim_t fd = 0;
    std::from_chars(name.data(), name.data() + name.size(), fd);
    highest = std::max(highest, fd);
  }
  return highest;
}

}  // namespace

void lower_shared_limits() try {
  for (const __rlimit_resource resource : {RLIMIT_NPROC, RLIMIT_SIGPENDING}) {
    lower(resource, [](rlim_t soft) { return soft == RLIM_INFINITY ? soft : soft - soft / 8; });
  }
  lower(RLIMIT_NOFILE, [](rlim_t) { return highest_descriptor() + 1 + kMoreDescriptors; });
} catch (const std::filesystem::filesystem_error& error) {
  throw std::runtime_error("/proc/self/fd cannot be read: " + error.code().message());
}

}  // namespace inferpool::worker
