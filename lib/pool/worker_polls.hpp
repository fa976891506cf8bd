// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <poll.h>

#include <cstddef>
#include <vector>

#include "core/clock.hpp"
#include "pool/event_fd.hpp"
#include "pool/place.hpp"

namespace inferpool::pool {

// What the watching thread sleeps on: its own event, and of the worker in each place the pidfd, the
// control socket and the output. Allocates once. Thread-safety: none.
class WorkerPolls {
 public:
  // What happened to one worker.
  struct Happened {
    bool ended = false;  // or nobody can say, since it has no pidfd
    bool spoke = false;
    bool wrote = false;
  };

  explicit WorkerPolls(std::size_t places);

  // Until something happens, or the deadline; at most a minute. Clears the event.
  void wait(const EventFd& event, const std::vector<Place>& places, Deadline until) noexcept;
  // Of the worker that is in the place now; one that came since has no news.
  [[nodiscard]] Happened of(std::size_t place, WorkerHandle& worker) const noexcept;

 private:
  std::vector<pollfd> polled_;
};

}  // namespace inferpool::pool
