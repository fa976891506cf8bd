// SPDX-License-Identifier: Apache-2.0
// What is done as time passes: starts, recycling, time-outs, the end.
#include <algorithm>
#include <chrono>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/fleet/fleet.hpp"

namespace inferpool::pool::fleet {
namespace {

using namespace std::chrono_literals;
using Stage = Member::Stage;

// Nothing reports that a retiring worker has ended its last run, nor that a closing pool has ended
// its last call.
constexpr Duration kRetiringInterval = 10ms;
constexpr Duration kClosingInterval = 2ms;

bool starts(const Member& member) { return member.stage == Stage::kStarting && !member.lost_at; }

}  // namespace

void Fleet::step(core::TimePoint now) {
  give_up_due(now);
  if (close_deadline_) return close_step(now);
  start_due(now);
  for (Member& member : members_) {
    if (member.stage == Stage::kRetiring) let_go(member, now);
  }
  recycle_due(now);
}

void Fleet::give_up_due(core::TimePoint now) noexcept {
  for (const Member& member : members_) {
    if (member.stage == Stage::kLost || !core::passed(member.lost_at, now)) continue;
    const reports::WorkerEnd end = port_.give_up(member.generation);
    gone(*find(member.generation), end, now);  // keeps the entry where it is
  }
}

void Fleet::start_due(core::TimePoint now) noexcept {
  for (int i = 0; i < workers() && may_start(); ++i) {
    if (!core::passed(succession(i).next_start, now)) continue;
    succession(i).next_start.reset();
    order(i, false);
  }
}

void Fleet::recycle_due(core::TimePoint now) {
  if (first_start_pending() || beside() != nullptr || !may_start()) return;
  if (next_successor_ && !core::passed(next_successor_, now)) return;
  next_successor_.reset();
  auto due = limits_.look(now, members_, port_);
  if (!due) return;
  recycle_reason_ = std::move(due->reason);
  order(find(due->generation)->index, true);
}

void Fleet::let_go(Member& member, core::TimePoint now) noexcept {
  if (member.asked_to_leave) {
    if (!core::passed(member.leave_by, now)) return;
    member.leave_by.reset();
    kill(member, now, core::text_or("it was recycled", [&] {
           return core::formatted("it was recycled, and did not leave within drain_timeout ({} s)",
                                  core::seconds(drain_timeout_));
         }));
  } else if (port_.retiring_is_idle()) {
    member.asked_to_leave = true;
    member.leave_by = core::after(now, drain_timeout_);
    port_.ask_to_leave(member.generation);
  }
}

void Fleet::check_starts(core::TimePoint now) noexcept {
  for (Member& member : members_) {
    if (!starts(member) || now - member.started < startup_timeout_) continue;
    kill(member, now, core::text_or("startup_timeout", [&] {
           return core::formatted("it was not ready within startup_timeout ({} s), while {}",
                                  core::seconds(startup_timeout_),
                                  member.loading ? "its model loaded" : "it shook hands");
         }));
  }
}

void Fleet::close_step(core::TimePoint now) noexcept {
  const bool timed_out = core::passed(close_deadline_, now);
  const bool drained = port_.drained();
  if (timed_out && !drained) port_.stop_calls();
  for (Member& member : members_) {
    if (member.stage == Stage::kOrdered || member.stage == Stage::kLost || member.lost_at) continue;
    if (timed_out || member.stage == Stage::kStarting) {
      kill(member, now, core::text_or("the pool closed", [&]() -> std::string {
             return timed_out ? "the pool closed and drain_timeout passed" : "the pool closed";
           }));
    } else if (drained && !member.asked_to_leave) {
      member.asked_to_leave = true;
      port_.ask_to_leave(member.generation);
    }
  }
}

core::Deadline Fleet::next_recycling(core::TimePoint now) const noexcept {
  if (const Member* const member = beside()) {
    if (member->stage != Stage::kRetiring || member->lost_at) return std::nullopt;
    return member->asked_to_leave ? member->leave_by : core::after(now, kRetiringInterval);
  }
  if (first_start_pending() || !may_start()) return std::nullopt;
  const core::Deadline look = limits_.next_look(members_);
  return look ? std::max(look, next_successor_) : look;
}

core::Deadline Fleet::next_step(core::TimePoint now) const noexcept {
  core::Deadline next;
  for (const Member& member : members_) {
    if (member.stage != Stage::kLost) next = core::earlier(next, member.lost_at);
    if (starts(member)) next = core::earlier(next, core::after(member.started, startup_timeout_));
  }
  if (close_deadline_) return core::earlier(next, core::after(now, kClosingInterval));
  for (const Succession& its : successions_) {
    if (may_start()) next = core::earlier(next, its.next_start);
  }
  return core::earlier(next, next_recycling(now));
}

}  // namespace inferpool::pool::fleet
