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

// Decides whether the kernel killed a worker because memory ran out. The kernel counts such kills,
// but does not say which processes it killed. A SIGKILL that the pool did not send is taken for one
// of them if the count went up since the worker started. Each kill explains one worker only.
// Thread-safety: safe from many threads.
class OomKills {
 public:
  // The kernel's count when a worker started.
  struct Mark {
    system::MemoryCgroup group = {};
    std::uint64_t kills = 0;
  };

  // For the process of `paths`. If memory is short, the mark explains nothing.
  [[nodiscard]] static Mark mark(const system::CgroupPaths& paths) noexcept;
  // For a worker that SIGKILL ended. None: no kill is left to explain it, or memory is short.
  [[nodiscard]] std::optional<reports::OomKill> explain(const Mark& mark) noexcept;

 private:
  std::mutex mutex_;
  std::map<std::string, std::uint64_t> explained_;  // count so far, by counter; guarded by mutex_
};

}  // namespace inferpool::pool::processes
