// SPDX-License-Identifier: Apache-2.0
#include "pool/worker_polls.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>

namespace inferpool::pool {
namespace {

constexpr int kLookMilliseconds = 5;
constexpr std::size_t kPolledPerWorker = 3;  // pidfd, control socket, output

int milliseconds_until(core::Deadline until, core::TimePoint now) noexcept {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - now).count();
  return static_cast<int>(std::clamp<long>(left, 0, 60'000));
}

}  // namespace

WorkerPolls::WorkerPolls(std::size_t most_workers) : polled_(1 + most_workers * kPolledPerWorker) {}

void WorkerPolls::wait(const core::EventFd& event, std::span<const WatchedWorker> workers,
                       core::Deadline until) noexcept {
  polled_[0] = {event.fd(), POLLIN, 0};
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const auto& [worker, lost, unreaped_since] = workers[i];
    pollfd* at = &polled_[1 + i * kPolledPerWorker];
    at[0] = {unreaped_since ? -1 : worker->pidfd(), POLLIN, 0};
    at[1] = {lost ? -1 : worker->socket_fd(), POLLIN, 0};
    at[2] = {lost ? -1 : worker->output().fd(), POLLIN, 0};
  }
  const std::size_t count = 1 + workers.size() * kPolledPerWorker;
  const int ready = poll(polled_.data(), count, milliseconds_until(until, core::Clock::now()));
  if (ready <= 0) {
    // EINVAL: RLIMIT_NOFILE was lowered, and there are more entries than it allows now. Looking at
    // all of them does no harm, because no look waits.
    const bool refused = ready < 0 && errno == EINVAL;
    if (refused) poll(nullptr, 0, kLookMilliseconds);
    for (pollfd& p : std::span(polled_).first(count)) p.revents = refused && p.fd >= 0 ? POLLIN : 0;
  }
  if (polled_[0].revents != 0) event.clear();
}

WorkerPolls::Happened WorkerPolls::of(std::size_t i, const WatchedWorker& watched) const noexcept {
  const pollfd* at = &polled_[1 + i * kPolledPerWorker];
  return {.ended = at[0].revents != 0 || watched.by_looking(),
          .spoke = at[1].revents != 0,
          .wrote = at[2].revents != 0};
}

}  // namespace inferpool::pool
