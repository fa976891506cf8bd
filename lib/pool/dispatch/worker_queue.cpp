// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/worker_queue.hpp"

#include <algorithm>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "ipc/layout.hpp"

namespace inferpool::pool::dispatch {
WorkerQueue::WorkerQueue(int index, int concurrency)
    : index_(index), concurrency_(static_cast<std::size_t>(concurrency)) {
  runs_.reserve(ipc::kRingSlots);
  ended_.reserve(ipc::kRingSlots);
}

void WorkerQueue::worker_ready(std::shared_ptr<Channel> channel) {
  channel_ = std::move(channel);
  served_ = 0;
  last_used_ = 0;
}

void WorkerQueue::take_over(WorkerQueue& from) noexcept {
  std::swap(*this, from);
  std::swap(index_, from.index_);  // a queue keeps its own
  for (const Run& run : runs_) {
    if (run.call != nullptr) run.call->worker = index_;
  }
}

std::vector<Run>& WorkerQueue::worker_ended() noexcept {
  ended_.clear();
  ended_.swap(runs_);
  const bool out_of_time = std::exchange(out_of_time_, false);
  for (Run& run : ended_) {
    run.suspect = run.overdue || !out_of_time;
    if (answered(run)) ++served_;
  }
  channel_.reset();
  abandoned_ = 0;
  over_ = 0;
  not_started_.reset();
  kill_not_started_at_.reset();
  kill_hung_at_.reset();
  return ended_;
}

WorkerState WorkerQueue::state() const noexcept {
  if (!live()) return WorkerState::kDown;
  if (hung()) return WorkerState::kHung;
  return late() ? WorkerState::kLate : WorkerState::kReady;
}

// An unread answer takes memory of the worker that the next run may need.
bool WorkerQueue::takes_fewer_than(std::size_t most) const noexcept {
  if (!live() || late()) return false;
  if (runs_.size() >= most) {
    const auto occupying = std::count_if(runs_.begin(), runs_.end(), [this](const Run& run) {
      return !answered(run) || channel_->holds_memory(run.sequence);
    });
    if (static_cast<std::size_t>(occupying) >= most) return false;
  }
  return channel_->has_room();
}

bool WorkerQueue::stalled() const noexcept {
  return live() && !late() && room_for_turn() && !channel_->has_room();
}

bool WorkerQueue::may_end_unseen() const noexcept {
  return std::any_of(runs_.begin(), runs_.end(), [this](const Run& run) {
    return run.call != nullptr && (run.call->parts > 0 || answered(run));
  });
}

Call* WorkerQueue::ahead() const noexcept {
  return runs_.size() > concurrency_ && in_hand() > concurrency_ ? runs_.back().call : nullptr;
}

std::size_t WorkerQueue::in_hand() const noexcept {
  const auto count =
      std::count_if(runs_.begin(), runs_.end(), [this](const Run& run) { return !answered(run); });
  return static_cast<std::size_t>(count);
}

bool WorkerQueue::awaited() const noexcept {
  return std::any_of(runs_.begin(), runs_.end(),
                     [this](const Run& run) { return run.call != nullptr && !answered(run); });
}

void WorkerQueue::post(Call& call, ipc::WakeList& wakes) {
  if (runs_.size() >= concurrency_) give_turns();
  const bool at_once = room_for_turn();
  call.state = CallState::kPosted;
  call.seen_part.store(0, std::memory_order_relaxed);
  call.worker = index_;
  call.channel = channel_.get();
  call.sequence = channel_->post(call, wakes);
  Run& run = runs_.emplace_back();
  run.sequence = call.sequence;
  run.call = &call;
  if (!at_once) return;
  if (call.marks.turn == 0) call.marks.turn = core::ticks();
  run.turn = call.marks.turn;
}

// Gives turns to runs that are not ahead any more, in order: if the last one has its turn, all
// have.
void WorkerQueue::give_turns() noexcept {
  if (runs_.empty() || runs_.back().turn != 0) return;
  std::size_t before = 0;
  for (Run& run : runs_) {
    if (before == concurrency_) return;
    if (run.turn == 0) run.turn = core::ticks();
    if (!answered(run)) ++before;
  }
}

std::uint64_t WorkerQueue::running_since() const noexcept {
  const auto oldest =
      std::find_if(runs_.begin(), runs_.end(), [this](const Run& run) { return !answered(run); });
  if (oldest == runs_.end()) return 0;
  return oldest->turn != 0 ? oldest->turn : core::ticks();  // it was ahead at the last look
}

void WorkerQueue::collected(const Call& call, std::uint64_t use) noexcept {
  const auto run = find(call);
  channel_->finish(run->sequence);
  erase(run);
  give_turns();
  ++served_;
  last_used_ = use;
}

// Takes the call back from the worker. A worker that sent a part has started it, whatever the
// posted word says.
bool WorkerQueue::take_back(const Call& call) noexcept {
  return call.parts == 0 && channel_->recall(call.sequence);
}

bool WorkerQueue::recall(Call& call) noexcept {
  if (!take_back(call)) return false;
  recalled(find(call));
  return true;
}

Call* WorkerQueue::recall_any() noexcept {
  for (auto run = runs_.begin(); run != runs_.end(); ++run) {
    Call* call = run->call;
    if (call == nullptr || !take_back(*call)) continue;
    recalled(run);
    return call;
  }
  return nullptr;
}

bool WorkerQueue::withdraw(Call& call, core::TimePoint kill_at) noexcept {
  const auto run = find(call);
  const auto before =
      std::count_if(runs_.begin(), run, [this](const Run& other) { return !answered(other); });
  const bool had_its_turn = static_cast<std::size_t>(before) < concurrency_;
  if (!take_back(call)) return false;
  if (had_its_turn && !not_started_) {
    // Most likely the worker is about to wake up. If it is stopped, it must not get the next
    // request.
    not_started_ = run->sequence;
    kill_not_started_at_ = kill_at;
  }
  recalled(run);
  return true;
}

void WorkerQueue::part_taken(const Call& call, ipc::WakeList& wakes) noexcept {
  const auto run = find(call);
  run->started.reset();
  channel_->take_part(run->sequence, wakes);
}

void WorkerQueue::abandon(Call& call, core::TimePoint kill_at, ipc::WakeList& wakes) noexcept {
  const auto run = find(call);
  channel_->cancel(run->sequence, wakes);
  run->kept = std::move(call.blocks);
  run->call = nullptr;
  run->kill_at = kill_at;
  ++abandoned_;
}

void WorkerQueue::collect_late(std::uint64_t use) noexcept {
  if (not_started_ && channel_->passed(*not_started_)) {
    not_started_.reset();
    kill_not_started_at_.reset();
  }
  if (abandoned_ == 0) return;
  for (auto run = runs_.begin(); run != runs_.end();) {
    if (run->call != nullptr || !answered(*run)) {
      ++run;
      continue;
    }
    channel_->discard(run->sequence);
    run = erase(run);
    --abandoned_;
    ++served_;
    last_used_ = use;
  }
  give_turns();
}

void WorkerQueue::end_overdue(core::TimePoint now, Duration cancel_grace, Duration hang_timeout) {
  if (hung()) {
    if (core::passed(kill_hung_at_, now)) channel_->kill({});  // abort() has given the reason
    return;
  }
  if (core::passed(kill_not_started_at_, now)) {
    ask_for_stack(now, core::text_or("it is late", [&] {
                    return core::formatted(
                        "it did not start a request, even {} s (cancel_grace) after "
                        "the request's caller had left",
                        core::seconds(cancel_grace));
                  }));
    out_of_time_ = true;
  }
  give_turns();
  std::size_t in_hand = 0;
  for (Run& run : runs_) {
    if (answered(run)) {
      if (!std::exchange(run.over, true)) ++over_;
      if (run.call != nullptr) run.call->note_seen();
      continue;
    }
    if (in_hand++ < concurrency_ && !run.started) run.started = now;
    end_if_overdue(run, now, cancel_grace, hang_timeout);
  }
}

void WorkerQueue::end_if_overdue(Run& run, core::TimePoint now, Duration cancel_grace,
                                 Duration hang_timeout) {
  // The worker waits for the caller to take a part.
  const bool waits = run.call != nullptr && channel_->part_available(run.sequence);
  const bool stood = run.call != nullptr && run.call->next_seen();
  if (run.over || (stood && !waits)) {
    channel_->kill(core::text_or(
        "violation", [] { return core::formatted("protocol violation: {}", kTookBack); }));
  } else if (core::passed(run.kill_at, now)) {
    ask_for_stack(now, core::text_or("it is late", [&] {
                    return core::formatted(
                        "its run went on {} s (cancel_grace) after its caller had left",
                        core::seconds(cancel_grace));
                  }));
  } else if (hang_timeout > Duration::zero() && run.started && now - *run.started >= hang_timeout &&
             !waits) {
    ask_for_stack(now, core::text_or("hung", [&] {
                    return core::formatted("hung: a request ran longer than hang_timeout ({} s)",
                                           core::seconds(hang_timeout));
                  }));
  } else {
    if (waits) run.call->note_seen();
    return;
  }
  run.overdue = out_of_time_ = true;
}

void WorkerQueue::ask_for_stack(core::TimePoint now, const std::string& reason) {
  if (hung()) return;
  channel_->abort(reason);
  kill_hung_at_ = core::after(now, reports::kStackGrace);
}

std::vector<Run>::iterator WorkerQueue::find(const Call& call) noexcept {
  return std::find_if(runs_.begin(), runs_.end(),
                      [&](const Run& run) { return run.sequence == call.sequence; });
}

void WorkerQueue::recalled(std::vector<Run>::iterator run) noexcept {
  channel_->finish(run->sequence);
  erase(run);
  give_turns();
}

std::vector<Run>::iterator WorkerQueue::erase(std::vector<Run>::iterator run) noexcept {
  if (run->over) --over_;
  return runs_.erase(run);
}

}  // namespace inferpool::pool::dispatch
