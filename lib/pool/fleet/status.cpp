// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/status.hpp"

#include "pool/fleet/fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

std::uint64_t restarts_of(const FleetStatus& status) {
  const auto total = static_cast<std::uint64_t>(status.total);
  return status.starts > total ? status.starts - total : 0;
}

PoolState state_of(const FleetStatus& status) {
  if (status.live == status.total) return PoolState::kReady;
  if (status.live > 0) return status.was_ready ? PoolState::kDegraded : PoolState::kStarting;
  return status.was_ready || status.failed_start ? PoolState::kUnavailable : PoolState::kStarting;
}

}  // namespace

Status::Status(int workers) {
  status_.total = workers;
  const auto indices = static_cast<std::size_t>(workers);
  status_.workers.reserve(indices + 1);
  for (int i = 0; i < workers; ++i) status_.workers.push_back({.index = i});
}

void Status::publish(const Fleet& fleet) noexcept {
  {
    const std::lock_guard lock(mutex_);
    fleet.report(status_);
  }
  changed_.notify_all();
}

void Status::stopped() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

std::optional<Error> Status::wait_started() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return status_.was_ready || status_.failed_start; });
  return status_.was_ready ? std::nullopt : status_.failed_start;
}

bool Status::wait_ready(core::TimePoint deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] { return stopped_ || all_ready(); });
  return !stopped_ && all_ready();
}

void Status::count(Stats& stats) const {
  const std::lock_guard lock(mutex_);
  stats.restarts = restarts_of(status_);
  stats.deaths = status_.deaths;
  stats.hung = status_.hung;
  stats.recycled = status_.recycled;
  stats.workers.clear();
  for (const FleetStatus::Worker& worker : status_.workers)
    stats.workers.push_back({worker.index, worker.generation, worker.pid, worker.state});
}

Health Status::health() const {
  const std::lock_guard lock(mutex_);
  return {.state = stopped_ ? PoolState::kStopped : state_of(status_),
          .live = status_.live,
          .total = status_.total,
          .restarts = restarts_of(status_),
          .last_failure = status_.last_failure};
}

}  // namespace inferpool::pool::fleet
