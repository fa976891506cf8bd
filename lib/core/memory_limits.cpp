// SPDX-License-Identifier: Apache-2.0
#include "core/memory_limits.hpp"

#include <sys/resource.h>

#include <initializer_list>

#include "core/format.hpp"

namespace inferpool::core {
namespace {

struct MemoryLimit {
  __rlimit_resource resource;
  const char* name;
};

}  // namespace

std::string memory_limits() {
  std::string text;
  for (const auto& [resource, name] : {MemoryLimit{RLIMIT_AS, "RLIMIT_AS (ulimit -v"},
                                       MemoryLimit{RLIMIT_DATA, "RLIMIT_DATA (ulimit -d"}}) {
    rlimit both{};
    if (getrlimit(resource, &both) != 0 || both.rlim_cur == RLIM_INFINITY) continue;
    text += formatted("; {}; for workers the setting rlimits) is {}", name, both.rlim_cur);
  }
  return text;
}

}  // namespace inferpool::core
