// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/dispatch.hpp"

#include <algorithm>

#include "pool/reports/call_errors.hpp"

namespace inferpool::pool::dispatch {
using namespace std::chrono_literals;

Dispatch::Dispatch(const DispatchLimits& limits)
    : limits_(limits), queues_(limits.workers, limits.concurrency) {}

std::optional<Error> Dispatch::admit(Call& call, ipc::WakeList& wakes) {
  call.order = counts_.begin();
  if (std::optional<Error> error = refusal(wakes)) {
    counts_.fail();
    call.state = CallState::kDone;
    return error;
  }
  enter(call);
  const bool next = leaves_calls_ahead() ? queued_.empty() : waiting() == 0;
  WorkerQueue* const queue = next ? worker_for(call, call.marks.admitted) : nullptr;
  if (queue != nullptr) {
    call.marks.turn = call.marks.admitted;  // saves reading the clock
    post(*queue, call, wakes);
  } else {
    call.state = CallState::kQueued;
    queued_.push_back(call);
    feed(wakes);
  }
  return std::nullopt;
}

void Dispatch::announce(ipc::WakeList& wakes) noexcept {
  if (waiting() > 0 || oversubscribed(1))
    return;  // it would look for the call on a processor that a model needs
  if (const WorkerQueue* const queue = queues_.free()) queue->channel()->announce(wakes);
}

Error Dispatch::refuse_poisoned(Call& call, Error poisoned) {
  counts_.begin();
  counts_.fail();
  call.state = CallState::kDone;
  if (closing_) return reports::stopped();
  counts_.poison();
  return poisoned;
}

std::optional<Error> Dispatch::refusal(ipc::WakeList& wakes) {
  if (closing_) return reports::stopped();
  if (breaker_ && live() == 0) return breaker_;
  const auto most = static_cast<std::size_t>(limits_.max_queue_size);
  if (static_cast<std::size_t>(in_flight_) < most || waiting() < most) return std::nullopt;
  feed(wakes);  // a worker that was late may have answered
  if (waiting() < most || (queued_.empty() && queues_.free() != nullptr)) return std::nullopt;
  return reports::queue_full(waiting(), most);
}

void Dispatch::collected(Call& call, bool succeeded, ipc::WakeList& wakes) {
  if (call.state != CallState::kPosted) return;
  succeeded ? counts_.succeed() : counts_.fail();
  leave(call);
  call.state = CallState::kDone;
  if (call.dead) {  // its worker ended after it had answered
    --dead_;
    return;
  }
  queues_.collected(queue_of(call), call);
  feed(wakes);
}

void Dispatch::part_taken(Call& call, ipc::WakeList& wakes) {
  ++call.parts;
  call.seen_part.store(0, std::memory_order_relaxed);
  if (!call.dead) return queue_of(call).part_taken(call, wakes);
  // Without an error: the whole answer was available, and another process made it a part.
  fail(call,
       call.error ? *call.error
                  : reports::worker_lost(*call.dead->end, call.id, Phase::kRunning, call.parts),
       wakes);
}

bool Dispatch::give_up(Call& call, ErrorCode code, core::TimePoint now, ipc::WakeList& wakes) {
  if (!call.under_way()) return false;
  // Made before anything changes: what follows cannot fail.
  Error queued = reports::given_up(code, call.id, Phase::kQueued, "before a worker started it");
  Error running = reports::given_up(code, call.id, Phase::kRunning,
                                    "while a worker ran it (its run is given cancel_grace to end)",
                                    queues_.worker_index(call.worker));
  if (call.state == CallState::kPosted && call.channel->answered(call.sequence)) {
    call.note_seen();
    return false;
  }
  WorkerQueue* const queue =
      call.state == CallState::kPosted && !call.dead ? &queue_of(call) : nullptr;
  fail(call, take_out(call, now, wakes) ? std::move(running) : std::move(queued), wakes);
  if (queue != nullptr) {
    while (Call* other = queue->late() ? queue->recall_any() : nullptr) put_back(*other, wakes);
    feed(wakes);
  }
  return true;
}

bool Dispatch::take_out(Call& call, core::TimePoint now, ipc::WakeList& wakes) noexcept {
  if (call.state == CallState::kQueued) {
    queued_.erase(call);
    return false;
  }
  if (call.dead) return true;  // its worker ended, and its answer is gone
  WorkerQueue& queue = queue_of(call);
  // Even with a short cancel_grace, a worker that sleeps has time to wake up.
  if (queue.withdraw(call, core::after(now, std::max<Duration>(limits_.cancel_grace, 100ms))))
    return false;
  const bool answered = call.channel->answered(call.sequence);  // and nobody will read it
  queue.abandon(call, core::after(now, limits_.cancel_grace), wakes);
  answered ? queues_.collect_late() : counts_.be_late();
  return true;
}

bool Dispatch::forget(Call& call, core::TimePoint now, ipc::WakeList& wakes) noexcept {
  if (!call.under_way()) return false;
  take_out(call, now, wakes);
  end_without_answer(call);
  return true;
}

void Dispatch::worker_ready(int index, std::shared_ptr<Channel> channel, ipc::WakeList& wakes) {
  queues_[index].worker_ready(std::move(channel));
  breaker_.reset();
  feed(wakes);
}

void Dispatch::worker_replaced(int index, std::shared_ptr<Channel> successor,
                               ipc::WakeList& wakes) {
  WorkerQueue& retiring = queues_.retire(index);
  while (Call* call = retiring.recall_any()) put_back(*call, wakes);
  worker_ready(index, std::move(successor), wakes);
}

void Dispatch::worker_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes) {
  ended(queues_[end.index], end, wakes);
}

void Dispatch::retiring_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes) {
  ended(queues_.retiring(), end, wakes);
}

void Dispatch::set_breaker(std::optional<Error> unavailable, ipc::WakeList& wakes) {
  breaker_ = std::move(unavailable);
  if (breaker_ && live() == 0) fail_queue(*breaker_, wakes);
}

core::Deadline Dispatch::sweep(core::TimePoint now, ipc::WakeList& wakes) {
  queues_.collect_late();
  feed(wakes);
  bool soon = false;
  for (WorkerQueue& queue : queues_.all()) {
    queue.end_overdue(now, limits_.cancel_grace, limits_.hang_timeout);
    // While it ends, another of its threads must not start a request.
    while (Call* call = queue.hung() ? queue.recall_any() : nullptr) put_back(*call, wakes);
    soon = soon || queue.late() || queue.hung() ||
           (waiting() > 0 && (queue.stalled() || queue.may_end_unseen()));
  }
  if (soon) {
    feed(wakes);
    return core::after(now, 5ms);
  }
  if (limits_.hang_timeout == 0ns) return core::after(now, 1s);
  return core::after(now, std::clamp<Duration>(limits_.hang_timeout / 16, 5ms, 1s));
}

void Dispatch::close(ipc::WakeList& wakes) {
  closing_ = true;
  if (live() == 0) fail_queue(reports::stopped(), wakes);
}

void Dispatch::abort(ipc::WakeList& wakes) {
  closing_ = true;
  fail_queue(reports::stopped(), wakes);
  for (WorkerQueue& queue : queues_.all()) {
    while (Call* call = queue.recall_any()) fail(*call, reports::stopped(), wakes);
    for (const Run& run : queue.runs()) {
      if (run.call == nullptr || queue.channel()->answered(run.sequence)) continue;
      Call& call = *run.call;
      queue.abandon(call, core::TimePoint::max(), wakes);
      fail(call, reports::stopped(), wakes);
    }
  }
}

void Dispatch::count(Stats& stats) const {
  counts_.report(stats);
  stats.in_flight = in_flight_;
  stats.queued = static_cast<int>(waiting());
  queues_.count(stats.workers);
}

void Dispatch::put_back(Call& call, ipc::WakeList& wakes) {
  call.state = CallState::kQueued;
  call.channel = nullptr;
  queued_.put_back(call);
  call.waiter->notify(wakes);
}

void Dispatch::end_without_answer(Call& call) noexcept {
  if (call.dead) --dead_;
  leave(call);
  counts_.fail();
  call.state = CallState::kDone;
}

void Dispatch::fail(Call& call, Error error, ipc::WakeList& wakes) {
  end_without_answer(call);
  call.error = std::move(error);
  call.waiter->notify(wakes);
}

void Dispatch::fail_queue(const Error& error, ipc::WakeList& wakes) {
  while (Call* call = queued_.front()) {
    queued_.erase(*call);
    fail(*call, error, wakes);
  }
}

}  // namespace inferpool::pool::dispatch
