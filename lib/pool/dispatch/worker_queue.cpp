// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/worker_queue.hpp"

#include <algorithm>
#include <utility>

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
  std::size_t in_turn = 0;  // a worker has begun no more than these
  for (Run& run : ended_) {
    if (answered(run)) {
      ++served_;
    } else {
      run.suspect = in_turn++ < concurrency_ && (run.overdue || !out_of_time);
    }
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
    std::size_t occupying = 0;  // those that were posted last are answered last
    for (auto run = runs_.rbegin(); run != runs_.rend(); ++run) {
      if (answered(*run) && !channel_->holds_memory(run->sequence)) continue;
      if (++occupying >= most) return false;
    }
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

Call* WorkerQueue::ahead(std::uint64_t order) const noexcept {
  if (runs_.size() <= concurrency_) return nullptr;
  Call* oldest = nullptr;
  std::size_t before = 0;
  for (const Run& run : runs_) {
    if (answered(run) || before++ < concurrency_) continue;
    if (run.call == nullptr || run.call->order <= order) continue;
    if (oldest == nullptr || run.call->order < oldest->order) oldest = run.call;
  }
  return oldest;
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

bool WorkerQueue::post(Call& call, ipc::WakeList& wakes) {
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
  if (!at_once) return true;
  if (call.marks.turn == 0) call.marks.turn = core::ticks();
  run.turn = call.marks.turn;
  return false;
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

const Run* WorkerQueue::oldest() const noexcept {
  const auto run =
      std::find_if(runs_.begin(), runs_.end(), [this](const Run& one) { return !answered(one); });
  return run == runs_.end() ? nullptr : &*run;
}

bool WorkerQueue::stuck(const TooLong& limit) const noexcept {
  const Run* const run = oldest();
  if (run == nullptr || run->turn == 0) return false;
  return run->turn < limit.any || (run->turn < limit.begun && channel_->started(run->sequence));
}

std::uint64_t WorkerQueue::running_since() const noexcept {
  const Run* const run = oldest();
  if (run == nullptr) return 0;
  return run->turn != 0 ? run->turn : core::ticks();  // it was ahead at the last look
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
