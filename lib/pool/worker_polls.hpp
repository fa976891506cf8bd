// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <cstddef>
#include <span>
#include <vector>

#include "core/clock.hpp"
#include "core/event_fd.hpp"
#include "pool/watched_worker.hpp"

namespace inferpool::pool {

// What the watching thread sleeps on: its own event, and of each worker the pidfd, the control
// socket and the output. Allocates once. Thread-safety: none.
class WorkerPolls {
 public:
  // What happened to one worker.
  struct Happened {
    bool ended = false;  // or nobody can say
    bool spoke = false;
    bool wrote = false;
  };

  explicit WorkerPolls(std::size_t most_workers);

  // Until something happens, or the deadline; at most a minute. Clears the event.
  void wait(const core::EventFd& event, std::span<const WatchedWorker> workers,
            core::Deadline until) noexcept;
  // Of the i-th worker of the last wait.
  [[nodiscard]] Happened of(std::size_t i, const WatchedWorker& watched) const noexcept;

 private:
  std::vector<pollfd> polled_;
};

}  // namespace inferpool::pool
