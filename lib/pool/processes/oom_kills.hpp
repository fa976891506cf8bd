// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "pool/reports/worker_end.hpp"
#include "system/memory_cgroup.hpp"

namespace inferpool::pool::processes {

// Whether the kernel ended a worker for want of memory. The kernel tells how many processes it
// ended so, and not which: a SIGKILL that the pool did not send is taken for one of these while the
// count has gone up since the worker started, each of them for one worker.
// Thread-safety: safe from many threads.
class OomKills {
 public:
  // What was counted when a worker started.
  struct Mark {
    system::MemoryCgroup group = {};
    std::uint64_t kills = 0;
  };

  // For a process that `paths` is about. Without memory it explains nothing.
  [[nodiscard]] static Mark mark(const system::CgroupPaths& paths) noexcept;
  // For a worker that SIGKILL ended: nothing where no kill is left to explain it, or no memory to
  // look.
  [[nodiscard]] std::optional<reports::OomKill> explain(const Mark& mark) noexcept;

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> explained_;  // by counter: up to which count; under mutex_
};

}  // namespace inferpool::pool::processes
