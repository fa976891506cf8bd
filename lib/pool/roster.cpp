// SPDX-License-Identifier: Apache-2.0
#include "pool/roster.hpp"

#include <algorithm>

namespace inferpool::pool {

void Roster::starting(int index, int generation, int pid) {
  const std::lock_guard lock(mutex_);
  workers_[static_cast<std::size_t>(index)] = {generation, pid, WorkerState::kStarting};
  ++starts_;
}

void Roster::ready(int index) {
  {
    const std::lock_guard lock(mutex_);
    workers_[static_cast<std::size_t>(index)].state = WorkerState::kReady;
    was_ready_ = was_ready_ || live() == static_cast<int>(workers_.size());
  }
  changed_.notify_all();
}

void Roster::ended(int index, const std::optional<Error>& error) {
  {
    const std::lock_guard lock(mutex_);
    Worker& worker = workers_[static_cast<std::size_t>(index)];
    worker.state = WorkerState::kDown;
    worker.pid = 0;
    if (error) count_death(*error);
  }
  changed_.notify_all();
}

void Roster::start_failed(int index, const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    Worker& worker = workers_[static_cast<std::size_t>(index)];
    worker.state = WorkerState::kDown;
    worker.pid = 0;
    last_failure_ = failed_start_ = error;
  }
  changed_.notify_all();
}

void Roster::successor_starting(int index, int generation, int pid) {
  const std::lock_guard lock(mutex_);
  beside_ = {{generation, pid, WorkerState::kStarting}, index};
}

void Roster::successor_failed(const Error& error) {
  const std::lock_guard lock(mutex_);
  beside_.reset();
  last_failure_ = error;
}

void Roster::replaced() {
  const std::lock_guard lock(mutex_);
  if (!beside_) return;
  Worker& worker = workers_[static_cast<std::size_t>(beside_->index)];
  std::swap(worker, static_cast<Worker&>(*beside_));
  worker.state = WorkerState::kReady;
  beside_->state = WorkerState::kRetiring;
}

void Roster::successor_promoted() {
  const std::lock_guard lock(mutex_);
  if (!beside_) return;
  workers_[static_cast<std::size_t>(beside_->index)] = *beside_;
  beside_.reset();
  ++starts_;
}

void Roster::retired(const std::optional<Error>& error) {
  const std::lock_guard lock(mutex_);
  beside_.reset();
  if (error) {
    count_death(*error);
  } else {
    ++recycled_;
  }
}

void Roster::count_death(const Error& error) {
  ++deaths_;
  if (error.details().hung) ++hung_;
  last_failure_ = error;
}

void Roster::stopped() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  changed_.notify_all();
}

std::optional<Error> Roster::wait_started() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return was_ready_ || failed_start_; });
  return was_ready_ ? std::nullopt : failed_start_;
}

bool Roster::wait_ready(TimePoint deadline) {
  std::unique_lock lock(mutex_);
  const auto all_ready = [this] { return live() == static_cast<int>(workers_.size()); };
  changed_.wait_until(lock, deadline, [&] { return stopped_ || all_ready(); });
  return !stopped_ && all_ready();
}

void Roster::count(Stats& stats) const {
  const std::lock_guard lock(mutex_);
  stats.restarts = starts_ > workers_.size() ? starts_ - workers_.size() : 0;
  stats.deaths = deaths_;
  stats.hung = hung_;
  stats.recycled = recycled_;
  stats.workers.clear();
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    const Worker& worker = workers_[i];
    stats.workers.push_back({static_cast<int>(i), worker.generation, worker.pid, worker.state});
  }
  if (beside_)
    stats.workers.push_back({beside_->index, beside_->generation, beside_->pid, beside_->state});
}

Health Roster::health() const {
  const std::lock_guard lock(mutex_);
  Health health;
  health.live = live();
  health.total = static_cast<int>(workers_.size());
  health.restarts = starts_ > workers_.size() ? starts_ - workers_.size() : 0;
  health.last_failure = last_failure_;
  if (stopped_) {
    health.state = PoolState::kStopped;
  } else if (health.live == health.total) {
    health.state = PoolState::kReady;
  } else if (health.live > 0) {
    health.state = was_ready_ ? PoolState::kDegraded : PoolState::kStarting;
  } else {
    health.state = was_ready_ || failed_start_ ? PoolState::kUnavailable : PoolState::kStarting;
  }
  return health;
}

int Roster::live() const noexcept {
  return static_cast<int>(std::count_if(workers_.begin(), workers_.end(), [](const Worker& w) {
    return w.state == WorkerState::kReady;
  }));
}

}  // namespace inferpool::pool
