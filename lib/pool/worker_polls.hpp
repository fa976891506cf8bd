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

// What the watching thread sleeps on: its own event, and the pidfd, the control socket and the
// output of each worker. Allocates once. Thread-safety: none.
class WorkerPolls {
 public:
  // What happened to one worker.
  struct Happened {
    bool ended = false;  // or may have ended, which no pidfd tells
    bool spoke = false;
    bool wrote = false;
  };

  explicit WorkerPolls(std::size_t most_workers);

  // Waits until something happens or the deadline passes, at most a minute. Clears the event.
  void wait(const core::EventFd& event, std::span<const WatchedWorker> workers,
            core::Deadline until) noexcept;
  // What happened to the i-th worker of the last wait.
  [[nodiscard]] Happened of(std::size_t i, const WatchedWorker& watched) const noexcept;

 private:
  std::vector<pollfd> polled_;
};

}  // namespace inferpool::pool
