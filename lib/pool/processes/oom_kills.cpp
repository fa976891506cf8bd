// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/oom_kills.hpp"

#include <algorithm>

namespace inferpool::pool::processes {

OomKills::Mark OomKills::mark(const system::CgroupPaths& paths) noexcept try {
  Mark mark{.group = system::MemoryCgroup(paths)};
  mark.kills = mark.group.oom_kills();
  return mark;
} catch (...) {
  return {};
}

std::optional<reports::OomKill> OomKills::explain(const Mark& mark) noexcept try {
  const std::uint64_t now = mark.group.oom_kills();
  {
    const std::lock_guard lock(mutex_);
    std::uint64_t& explained = explained_[mark.group.counter().string()];
    const std::uint64_t before = std::max(explained, mark.kills);
    if (now <= before) return std::nullopt;
    explained = before + 1;
  }
  return reports::OomKill{mark.group.limit()};
} catch (...) {
  return std::nullopt;
}

}  // namespace inferpool::pool::processes
