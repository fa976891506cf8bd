// SPDX-License-Identifier: Apache-2.0
#include "pool/lane.hpp"

#include <algorithm>
#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool {
namespace {

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

}  // namespace

Lane::Lane(int index, int concurrency)
    : index_(index), concurrency_(static_cast<std::size_t>(concurrency)) {
  runs_.reserve(concurrency_ + 1);
  ended_.reserve(concurrency_ + 1);
}

void Lane::worker_ready(std::shared_ptr<Channel> channel) {
  channel_ = std::move(channel);
  served_ = 0;
  last_used_ = 0;
}

void Lane::take_over(Lane& from) noexcept {
  std::swap(*this, from);
  std::swap(index_, from.index_);  // a lane keeps its own
  for (const Run& run : runs_) {
    if (run.call != nullptr) run.call->lane = index_;
  }
}

std::vector<Run>& Lane::worker_ended() noexcept {
  ended_.clear();
  ended_.swap(runs_);
  const bool out_of_time = std::exchange(out_of_time_, false);
  for (Run& run : ended_) {
    run.suspect = run.overdue || !out_of_time;
    if (channel_->answered(run.sequence)) ++served_;
  }
  channel_.reset();
  abandoned_ = 0;
  unbegun_.reset();
  kill_unbegun_at_.reset();
  kill_hung_at_.reset();
  return ended_;
}

WorkerState Lane::state() const noexcept {
  if (!live()) return WorkerState::kDown;
  if (hung()) return WorkerState::kHung;
  return late() ? WorkerState::kLate : WorkerState::kReady;
}

bool Lane::takes_fewer_than(std::size_t most) const noexcept {
  return live() && !late() && runs_.size() < most && channel_->has_room();
}

bool Lane::stalled() const noexcept {
  return live() && !late() && runs_.size() < concurrency_ && !channel_->has_room();
}

Call* Lane::ahead() const noexcept {
  return runs_.size() > concurrency_ ? runs_.back().call : nullptr;
}

void Lane::post(Call& call, ipc::WakeList& wakes) {
  call.state = CallState::kPosted;
  call.lane = index_;
  call.channel = channel_.get();
  call.sequence = channel_->post(call, wakes);
  Run& run = runs_.emplace_back();
  run.sequence = call.sequence;
  run.call = &call;
  if (runs_.size() <= concurrency_) run.turn = call.marks.turn;  // where it was read
  give_turn();
}

// To the last one, once so many have gone that it is not ahead any more.
void Lane::give_turn() noexcept {
  if (runs_.empty() || runs_.size() > concurrency_ || runs_.back().turn != 0) return;
  runs_.back().turn = ticks();
}

std::uint64_t Lane::running_since() const noexcept {
  for (const Run& run : runs_) {
    if (run.turn != 0 && !channel_->answered(run.sequence)) return run.turn;
  }
  return 0;
}

void Lane::collected(const Call& call, std::uint64_t use) noexcept {
  const auto run = find(call);
  channel_->finish(run->sequence);
  runs_.erase(run);
  give_turn();
  ++served_;
  last_used_ = use;
}

// Takes it back from the worker. One that sent a part of it has begun it, whatever it wrote into
// the posted word.
bool Lane::take_back(const Call& call) noexcept {
  return call.parts == 0 && channel_->recall(call.sequence);
}

bool Lane::recall(Call& call) noexcept {
  if (!take_back(call)) return false;
  recalled(find(call));
  return true;
}

Call* Lane::recall_any() noexcept {
  for (auto run = runs_.begin(); run != runs_.end(); ++run) {
    Call* call = run->call;
    if (call == nullptr || !take_back(*call)) continue;
    recalled(run);
    return call;
  }
  return nullptr;
}

bool Lane::withdraw(Call& call, TimePoint kill_at) noexcept {
  const auto run = find(call);
  const bool had_its_turn = static_cast<std::size_t>(run - runs_.begin()) < concurrency_;
  if (!take_back(call)) return false;
  if (had_its_turn && !unbegun_) {
    // Most likely the worker is about to wake up. If it is stopped, it must not get the next
    // request, too.
    unbegun_ = run->sequence;
    kill_unbegun_at_ = kill_at;
  }
  recalled(run);
  return true;
}

void Lane::part_taken(const Call& call, ipc::WakeList& wakes) noexcept {
  const auto run = find(call);
  run->started.reset();
  channel_->take_part(run->sequence, wakes);
}

void Lane::abandon(Call& call, TimePoint kill_at, ipc::WakeList& wakes) noexcept {
  const auto run = find(call);
  channel_->cancel(run->sequence, wakes);
  run->kept = std::move(call.blocks);
  run->call = nullptr;
  run->kill_at = kill_at;
  ++abandoned_;
}

void Lane::collect_late(std::uint64_t use) noexcept {
  if (unbegun_ && channel_->passed(*unbegun_)) {
    unbegun_.reset();
    kill_unbegun_at_.reset();
  }
  if (abandoned_ == 0) return;
  const auto answered = std::erase_if(runs_, [&](const Run& run) {
    if (run.call != nullptr || !channel_->answered(run.sequence)) return false;
    channel_->discard(run.sequence);
    return true;
  });
  if (answered == 0) return;
  give_turn();
  abandoned_ -= static_cast<int>(answered);
  served_ += answered;
  last_used_ = use;
}

void Lane::end_overdue(TimePoint now, Duration cancel_grace, Duration hang_timeout) {
  if (hung()) {
    if (passed(kill_hung_at_, now))
      channel_->kill({});  // the reason stands already: it was asked for its stack
    return;
  }
  if (passed(kill_unbegun_at_, now)) {
    ask_for_stack(now, text_or("it is late", [&] {
                    return formatted(
                        "it did not begin a request, even {} s (cancel_grace) after "
                        "the request's caller had left",
                        seconds(cancel_grace));
                  }));
    out_of_time_ = true;
  }
  for (std::size_t i = 0; i < runs_.size(); ++i) {
    Run& run = runs_[i];
    if (i < concurrency_ && !run.started) run.started = now;
    if (passed(run.kill_at, now)) {
      ask_for_stack(now, text_or("it is late", [&] {
                      return formatted(
                          "its run went on {} s (cancel_grace) after its caller had left",
                          seconds(cancel_grace));
                    }));
      run.overdue = out_of_time_ = true;
    } else if (hang_timeout > Duration::zero() && run.started &&
               now - *run.started >= hang_timeout && !waited_for(run)) {
      ask_for_stack(now, text_or("hung", [&] {
                      return formatted("hung: a request ran longer than hang_timeout ({} s)",
                                       seconds(hang_timeout));
                    }));
      run.overdue = out_of_time_ = true;
    }
  }
}

// Whether it is the caller's turn to do something about the run.
bool Lane::waited_for(const Run& run) const noexcept {
  return channel_->answered(run.sequence) ||
         (run.call != nullptr && channel_->part_stands(run.sequence));
}

void Lane::ask_for_stack(TimePoint now, const std::string& reason) {
  if (hung()) return;
  channel_->abort(reason);
  kill_hung_at_ = now + kStackGrace;
}

std::vector<Run>::iterator Lane::find(const Call& call) noexcept {
  return std::find_if(runs_.begin(), runs_.end(),
                      [&](const Run& run) { return run.sequence == call.sequence; });
}

void Lane::recalled(std::vector<Run>::iterator run) noexcept {
  channel_->finish(run->sequence);
  runs_.erase(run);
  give_turn();
}

}  // namespace inferpool::pool
