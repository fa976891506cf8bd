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

// Whether more threads wait or run for the pool than there are processors. One thread waits for all
// calls that nobody looks after.
bool Dispatch::crowded() const noexcept {
  const int posted = in_flight_ - static_cast<int>(queued_.size());
  const int runs = std::min(posted, limits_.workers * limits_.concurrency);
  const int waiters = in_flight_ - unwatched_ + (unwatched_ > 0 ? 1 : 0);
  return waiters + runs > limits_.processors;
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
  const bool joins = call.looked_after && call.retry != Retry::kNever && limits_.concurrency == 1;
  if (!joins || (!crowded() && idle != nullptr && !idle->asleep())) return idle;
  const auto most = static_cast<std::size_t>(limits_.max_queue_size);
  if (static_cast<std::size_t>(in_flight_) > most && waiting() >= most) return idle;
  const TooLong limit = run_length_.too_long(now);
  WorkerQueue* joined = nullptr;
  if (runs_are_quick()) joined = queues_.least_busy_awake(1, depth(kWakeCost), limit);
  if (joined == nullptr && enough_awake())
    joined = queues_.least_busy_awake(limits_.processors, depth(kBuffer), limit);
  return joined != nullptr ? joined : idle;
}

void Dispatch::hand_over(Call& call, std::uint64_t now, bool processor_free, ipc::WakeList& wakes) {
  if (call.state != CallState::kPosted || call.dead || call.nap == Duration{}) return;
  WorkerQueue& queue = queue_of(call);
  queue.give_turns();
  const TooLong limit = run_length_.too_long(now);
  const bool stuck = queue.stuck(limit);
  if (!stuck && !processor_free) return;
  WorkerQueue* to = queues_.free();
  if (to == nullptr && stuck) to = queues_.least_busy_awake(limits_.workers, depth(kBuffer), limit);
  if (to == nullptr || !queue.recall(call)) return;
  post_waiting(*to, call, wakes);
  feed(wakes);
}

void Dispatch::feed(ipc::WakeList& wakes) {
  leaves_calls_ahead() ? move_ahead(wakes) : feed_idle(wakes);
  feed_queued(wakes);
}

// Idle workers get the calls that wait longest, in the queue or ahead of another worker.
void Dispatch::feed_idle(ipc::WakeList& wakes) {
  while (waiting() > 0) {
    WorkerQueue* const queue = queues_.free();
    if (queue == nullptr) return;
    Call* const call = take_oldest_waiting();
    if (call == nullptr) return;
    post_waiting(*queue, *call, wakes);
  }
}

void Dispatch::feed_queued(ipc::WakeList& wakes) {
  while (!queued_.empty()) {
    Call& call = *queued_.front();
    const std::uint64_t now = core::ticks();
    WorkerQueue* queue = leaves_calls_ahead() ? worker_for(call, now) : nullptr;
    if (queue == nullptr) {
      const int most = call.retry == Retry::kNever ? 1 : depth(kBuffer);
      queue = queues_.to_post_ahead(most, run_length_.too_long(now));
    }
    if (queue == nullptr) return;
    queued_.erase(call);
    post_waiting(*queue, call, wakes);
  }
}

// Calls that should not wait where they lie ahead move to idle workers: those of a worker that is
// stuck, those that nobody looks after, and where runs are short those of a worker that has others
// ahead, while one of the workers that are awake has none.
void Dispatch::move_ahead(ipc::WakeList& wakes) {
  if (queues_.size() == 1) return;
  const bool balances = !runs_are_quick();
  for (WorkerQueue& queue : queues_) {
    const TooLong limit = run_length_.too_long(core::ticks());
    if (unwatched_ > 0 || queue.stuck(limit)) {
      move_all_ahead(queue, wakes);
    } else if (Call* const call = balances ? queue.ahead() : nullptr) {
      WorkerQueue* const idle = queues_.least_busy_awake(limits_.processors, 0, limit);
      if (idle != nullptr && queue.recall(*call)) post_waiting(*idle, *call, wakes);
    }
  }
}

void Dispatch::move_all_ahead(WorkerQueue& queue, ipc::WakeList& wakes) {
  const bool stuck = queue.stuck(run_length_.too_long(core::ticks()));
  std::uint64_t order = 0;
  while (Call* const call = queue.ahead(order)) {
    order = call->order;
    if (!stuck && call->looked_after) continue;
    WorkerQueue* const idle = queues_.free();
    if (idle == nullptr) return;
    if (queue.recall(*call)) post_waiting(*idle, *call, wakes);
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

void Dispatch::post_waiting(WorkerQueue& queue, Call& call, ipc::WakeList& wakes) {
  call.marks.turn = core::ticks();
  post(queue, call, wakes);
  call.waiter->notify(wakes);
}

}  // namespace inferpool::pool::dispatch
