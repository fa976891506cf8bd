// SPDX-License-Identifier: Apache-2.0
// Which worker gets a call, when a call moves to another, and how threads wait meanwhile.
//
// Where a run takes longer than to wake a worker, a call goes to an idle worker. Only if there is
// none is it posted ahead, and it moves to the first worker that becomes idle.
//
// Where runs are quick, a call joins a worker that is awake, since it is done there before another
// worker would have woken up. Where more threads are awake than there are processors, and runs are
// short, it joins one of as many workers as there are processors: the others could only take these
// processors from them. Such calls stay where they are. If the run before one turns out to be slow,
// the caller, which looks at its call while it waits, hands it over.
#include <algorithm>

#include "pool/dispatch/dispatch.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

// What it takes to wake a thread until it runs.
constexpr Duration kWakeCost = 5us;
// Below this, a thread had better look for an answer than yield its processor.
constexpr Duration kQuickRun = 2us;
// Below this, a thread had better yield its processor than sleep. The second one holds where models
// run on all processors: there, a thread that yields is in nobody's way.
constexpr Duration kShortRun = 50us;
constexpr Duration kShortRunBesideModels = 300us;
// A busy worker has requests ahead for this time: the callers that read its answers, and so make
// room for more, may have to wait for a processor.
constexpr Duration kBuffer = 50us;

}  // namespace

// Whether more threads wait or run for the pool than there are processors.
bool Dispatch::crowded() const noexcept {
  const int posted = in_flight_ - static_cast<int>(queued_.size());
  const int runs = std::min(posted, limits_.workers * limits_.concurrency);
  return in_flight_ + runs > limits_.processors;
}

bool Dispatch::runs_are_short() const noexcept {
  return run_length_.below(oversubscribed() ? kShortRunBesideModels : kShortRun);
}

bool Dispatch::runs_are_quick() const noexcept {
  return limits_.concurrency == 1 && run_length_.below(kWakeCost / 2);
}

// Whether another worker could only take a processor from those that are awake.
bool Dispatch::enough_awake() const noexcept {
  return limits_.concurrency == 1 && crowded() && runs_are_short() &&
         queues_.awake() >= limits_.processors;
}

// How many calls may lie ahead, so that they are begun within this time.
int Dispatch::depth(Duration time) const noexcept {
  return limits_.concurrency > 1 ? 1 : run_length_.fit_into(time);
}

ipc::Rivals Dispatch::rivals() const noexcept {
  if (crowded()) {
    if (run_length_.below(kQuickRun)) return ipc::Rivals::kQuick;
    if (runs_are_short()) return ipc::Rivals::kShort;
  }
  return oversubscribed() ? ipc::Rivals::kLong : ipc::Rivals::kNone;
}

WorkerQueue* Dispatch::worker_for(const Call& call, std::uint64_t now) noexcept {
  WorkerQueue* const idle = queues_.free();
  if (!call.looked_after || limits_.concurrency > 1) return idle;
  if (!crowded() && idle != nullptr && !idle->asleep()) return idle;
  const std::uint64_t slow = run_length_.slow_before(now);
  WorkerQueue* joined = nullptr;
  if (runs_are_quick()) joined = queues_.awake(1, depth(kWakeCost), slow);
  if (joined == nullptr && enough_awake())
    joined = queues_.awake(limits_.processors, depth(kBuffer), slow);
  return joined != nullptr ? joined : idle;
}

void Dispatch::hand_over(Call& call, std::uint64_t now, ipc::WakeList& wakes) {
  if (call.state != CallState::kPosted || call.dead) return;
  WorkerQueue& queue = queue_of(call);
  queue.give_turns();
  if (!queue.runs_since_before(run_length_.slow_before(now))) return;
  WorkerQueue* const idle = queues_.free();
  if (idle != nullptr && queue.recall(call)) post_now(*idle, call, wakes);
}

void Dispatch::feed(ipc::WakeList& wakes) {
  const bool stay = leaves_calls_ahead();
  if (!stay) feed_idle(wakes);
  feed_queued(wakes);
  if (stay && queues_.size() > 1) move_ahead(wakes);
}

// Idle workers get the calls that wait longest, in the queue or ahead of another worker.
void Dispatch::feed_idle(ipc::WakeList& wakes) {
  while (waiting() > 0) {
    WorkerQueue* const queue = queues_.free();
    if (queue == nullptr) return;
    Call* const call = take_oldest_waiting();
    if (call == nullptr) return;
    post_now(*queue, *call, wakes);
  }
}

void Dispatch::feed_queued(ipc::WakeList& wakes) {
  while (!queued_.empty()) {
    Call& call = *queued_.front();
    WorkerQueue* queue = leaves_calls_ahead() ? worker_for(call, core::ticks()) : nullptr;
    if (queue == nullptr) queue = queues_.to_post_ahead(depth(kBuffer));
    if (queue == nullptr) return;
    queued_.erase(call);
    post_ahead(*queue, call, wakes);
  }
}

// Calls that should not wait where they lie ahead move to idle workers.
void Dispatch::move_ahead(ipc::WakeList& wakes) {
  for (WorkerQueue& queue : queues_) {
    Call* const call = queue.ahead();
    if (call == nullptr) continue;
    const std::uint64_t slow = run_length_.slow_before(core::ticks());
    WorkerQueue* idle = nullptr;
    if (!call->left_ahead || queue.runs_since_before(slow)) {
      idle = queues_.free();
    } else if (!runs_are_quick()) {
      idle = queues_.awake(limits_.processors, 0, slow);
    }
    if (idle != nullptr && queue.recall(*call)) post_now(*idle, *call, wakes);
  }
}

Call* Dispatch::take_oldest_waiting() noexcept {
  std::uint64_t begun = 0;  // calls posted ahead, up to this one, had started
  for (;;) {
    Call* oldest = queued_.front();
    for (const WorkerQueue& queue : queues_) {
      Call* ahead = queue.ahead(begun);
      if (ahead == nullptr) continue;
      if (oldest == nullptr || ahead->order < oldest->order) oldest = ahead;
    }
    if (oldest == nullptr) return nullptr;
    if (oldest->state == CallState::kQueued) {
      queued_.erase(*oldest);
      return oldest;
    }
    if (queue_of(*oldest).recall(*oldest)) return oldest;
    begun = oldest->order;
  }
}

// To a worker that has nothing to do.
void Dispatch::post_now(WorkerQueue& queue, Call& call, ipc::WakeList& wakes) {
  call.marks.turn = core::ticks();
  post(queue, call, wakes);
  call.waiter->notify(wakes);
}

void Dispatch::post_ahead(WorkerQueue& queue, Call& call, ipc::WakeList& wakes) {
  call.marks.turn = 0;  // comes when the worker has done what it has now
  post(queue, call, wakes);
  call.waiter->notify(wakes);
}

}  // namespace inferpool::pool::dispatch
