// SPDX-License-Identifier: Apache-2.0
#include "pool/worker_polls.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace inferpool::pool {
namespace {

constexpr int kLookMilliseconds = 5;
constexpr std::size_t kPolledPerPlace = 3;  // pidfd, control socket, output

int milliseconds_until(Deadline until, TimePoint now) noexcept {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now).count();
  return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

}  // namespace

WorkerPolls::WorkerPolls(std::size_t places) : polled_(1 + places * kPolledPerPlace) {}

void WorkerPolls::wait(const EventFd& event, const std::vector<Place>& places,
                       Deadline until) noexcept {
  polled_[0] = {event.fd(), POLLIN, 0};
  for (std::size_t i = 0; i < places.size(); ++i) {
    const auto& worker = places[i].worker;
    pollfd* at = &polled_[1 + i * kPolledPerPlace];
    at[0] = {worker ? worker->pidfd() : -1, POLLIN, 0};
    at[1] = {worker ? worker->socket_fd() : -1, POLLIN, 0};
    at[2] = {worker ? worker->output().fd() : -1, POLLIN, 0};
  }
  const int ready = poll(polled_.data(), polled_.size(), milliseconds_until(until, Clock::now()));
  if (ready <= 0) {
    // EINVAL: more entries than RLIMIT_NOFILE allows now, lower than it was. To look at all of them
    // does no harm: nobody waits there.
    const bool refused = ready < 0 && errno == EINVAL;
    if (refused) poll(nullptr, 0, kLookMilliseconds);
    for (pollfd& p : polled_) p.revents = refused && p.fd >= 0 ? POLLIN : 0;
  }
  if (polled_[0].revents != 0) event.clear();
}

WorkerPolls::Happened WorkerPolls::of(std::size_t place, WorkerHandle& worker) const noexcept {
  const pollfd* at = &polled_[1 + place * kPolledPerPlace];
  return {.ended = at[0].fd == worker.pidfd() && (at[0].revents != 0 || worker.pidfd() < 0),
          .spoke = at[1].revents != 0,
          .wrote = at[2].revents != 0};
}

}  // namespace inferpool::pool
