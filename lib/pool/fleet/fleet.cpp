// SPDX-License-Identifier: Apache-2.0
#include "pool/fleet/fleet.hpp"

#include <algorithm>
#include <utility>

#include "pool/fleet/worker_news.hpp"
#include "process/exit_status.hpp"

namespace inferpool::pool::fleet {

using Stage = Member::Stage;

Fleet::Fleet(const Settings& settings, FleetPort& port, unsigned seed)
    : port_(port),
      backoff_(settings.restart_backoff),
      startup_timeout_(settings.startup_timeout),
      drain_timeout_(settings.drain_timeout),
      start_in_background_(settings.start_in_background),
      limits_(settings, seed),
      successors_(settings.restart_backoff, seed) {
  const auto count = static_cast<std::size_t>(settings.workers.value_or(0));
  for (unsigned i = 0; i < count; ++i)
    successions_.push_back({RestartSchedule(settings.restart_backoff, seed + 1 + i)});
  members_.reserve(2 * count + 1);  // one per index, a successor, and the lost ones
}

void Fleet::start() noexcept {
  for (int i = 0; i < workers(); ++i) order(i, false);
}

void Fleet::order(int index, bool successor) noexcept {
  members_.push_back({.index = index, .generation = ++generations_, .successor = successor});
  port_.spawn(index, generations_);
}

void Fleet::spawned(int generation, int pid, core::TimePoint now) noexcept {
  Member* const member = find(generation);
  if (member == nullptr) return;
  member->pid = pid;
  member->stage = Stage::kStarting;
  member->started = now;
  if (!member->successor) {
    succession(member->index).generation = generation;
    ++starts_;
  }
  tell(event_of(EventKind::kStarted, *member));
}

void Fleet::not_spawned(int generation, const Error& error, core::TimePoint now) noexcept {
  const Member* const found = find(generation);
  if (found == nullptr) return;
  const Member member = *found;
  members_.erase(members_.begin() + (found - members_.data()));
  const reports::WorkerEnd none{.index = member.index, .generation = generation};
  if (member.successor) return successor_gone(none, error, now);
  start_failed(none, error, now);
}

void Fleet::loads(int generation) noexcept {
  if (Member* const member = find(generation)) member->loading = true;
}

void Fleet::ready(int generation, core::TimePoint now) noexcept {
  Member* const member = find(generation);
  if (member == nullptr || member->stage != Stage::kStarting) return;
  member->limits = limits_.draw(now);
  if (member->successor) {
    replace(*member);
  } else {
    member->stage = Stage::kReady;
    port_.serve(member->index, generation);
  }
  was_ready_ = was_ready_ || live() == workers();
  succession(member->index).schedule.ready(now);
  tell(event_of(EventKind::kReady, *member));
  failures_in_a_row_ = 0;
  if (std::exchange(breaker_open_, false)) tell({.kind = EventKind::kBreakerClosed});
}

void Fleet::replace(Member& successor) noexcept {
  for (Member& old : members_) {
    if (old.index == successor.index && old.stage == Stage::kReady) old.stage = Stage::kRetiring;
  }
  successor.stage = Stage::kReady;
  successor.successor = false;
  Succession& its = succession(successor.index);
  its.generation = successor.generation;
  its.schedule.succeeded();
  successors_.succeeded();
  port_.replace(successor.index, successor.generation);
}

void Fleet::late(int index, bool late) noexcept {
  for (Member& member : members_) {
    if (member.index != index || member.stage != Stage::kReady) continue;
    if (!std::exchange(member.late, late) && late) tell(event_of(EventKind::kLate, member));
  }
}

void Fleet::killed(int generation, core::TimePoint now) noexcept {
  Member* const member = find(generation);
  if (member != nullptr && !member->lost_at)
    member->lost_at = core::after(now, process::kKillGrace);
}

void Fleet::kill(Member& member, core::TimePoint now, const std::string& reason) noexcept {
  port_.kill(member.generation, reason);
  killed(member.generation, now);
}

void Fleet::tell(Event event) noexcept {
  // While the pool closes, only the death of a worker is news.
  if (!close_deadline_ || event.kind == EventKind::kDied) port_.tell(std::move(event));
}

void Fleet::close(core::TimePoint now) noexcept {
  if (!close_deadline_) close_deadline_ = core::after(now, drain_timeout_);
}

bool Fleet::over() const noexcept {
  return close_deadline_ && std::ranges::all_of(members_, [](const Member& member) {
           return member.stage == Stage::kLost;
         });
}

int Fleet::live() const noexcept {
  return static_cast<int>(std::ranges::count(members_, Stage::kReady, &Member::stage));
}

int Fleet::lost() const noexcept {
  return static_cast<int>(std::ranges::count(members_, Stage::kLost, &Member::stage));
}

// What keeps the lost workers from ending may also hold up those that start.
bool Fleet::may_start() const noexcept {
  const auto starting = std::ranges::count_if(members_, [](const Member& member) {
    return member.stage == Stage::kOrdered || member.stage == Stage::kStarting;
  });
  return !given_up_ && !close_deadline_ && lost() + starting < workers();
}

bool Fleet::first_start_pending() const noexcept { return !start_in_background_ && !was_ready_; }

Member* Fleet::find(int generation) noexcept {
  const auto found = std::ranges::find(members_, generation, &Member::generation);
  return found == members_.end() ? nullptr : &*found;
}

const Member* Fleet::holder(int index) const noexcept {
  const auto found = std::ranges::find_if(members_, [index](const Member& member) {
    return member.index == index && member.serves_index();
  });
  return found == members_.end() ? nullptr : &*found;
}

const Member* Fleet::beside() const noexcept {
  const auto found = std::ranges::find_if(members_, [](const Member& member) {
    return member.successor || member.stage == Stage::kRetiring;
  });
  return found == members_.end() ? nullptr : &*found;
}

void Fleet::report(FleetStatus& status) const noexcept {
  status.workers.clear();
  for (int i = 0; i < workers(); ++i) {
    const Member* const member = holder(i);
    FleetStatus::Worker worker{.index = i,
                               .generation = successions_[static_cast<std::size_t>(i)].generation};
    if (member != nullptr && member->stage != Stage::kOrdered) {
      worker.pid = member->pid;
      worker.state = member->stage == Stage::kReady ? WorkerState::kReady : WorkerState::kStarting;
    }
    status.workers.push_back(worker);
  }
  const Member* const second = beside();
  if (second != nullptr && second->stage != Stage::kOrdered) {
    const bool retires = second->stage == Stage::kRetiring;
    status.workers.push_back({second->index, second->generation, second->pid,
                              retires ? WorkerState::kRetiring : WorkerState::kStarting});
  }
  status.total = workers();
  status.live = live();
  status.starts = starts_;
  status.deaths = deaths_;
  status.hung = hung_;
  status.recycled = recycled_;
  status.was_ready = was_ready_;
  status.last_failure = last_failure_;
  status.failed_start = failed_start_;
}

}  // namespace inferpool::pool::fleet
