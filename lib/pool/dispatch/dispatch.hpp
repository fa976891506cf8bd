// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/stats.hpp>

#include "core/clock.hpp"
#include "ipc/wait_word.hpp"
#include "pool/dispatch/call.hpp"
#include "pool/dispatch/call_counts.hpp"
#include "pool/dispatch/channel.hpp"
#include "pool/dispatch/run_length.hpp"
#include "pool/dispatch/worker_queues.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::dispatch {

struct DispatchLimits {
  int workers = 4;
  int concurrency = 1;
  int max_queue_size = 1024;
  int processors = std::numeric_limits<int>::max();  // on which models run
  Duration cancel_grace = {};
  Duration hang_timeout = {};  // 0: never
};

// Which worker runs which call: the state machine of all calls of a pool. Pure logic: it reads no
// clock (except ticks, for statistics), starts no process and never waits. Each fault of the pool
// is one event here.
//
// A call goes to a worker that has nothing to do, and among these to the one that served last. If
// there is none, the call waits in a queue. The oldest calls of the queue are posted ahead, one to
// each busy worker, so that a worker goes from one run to the next without waiting for the host. A
// worker that runs out of work gets calls that were posted ahead to others.
//
// Thread-safety: none; the pool's lock guards it. It does not own the calls.
class Dispatch {
 public:
  explicit Dispatch(const DispatchLimits& limits);

  // --- what callers report ---

  // Admits the call, or returns why not (stopped, unavailable, queue_full).
  std::optional<Error> admit(Call& call, ipc::WakeList& wakes);
  // A call will be admitted soon: the worker that would get it now wakes up.
  void announce(ipc::WakeList& wakes) noexcept;
  // Like admit, for a call whose input is known to end workers: returns stopped or `poisoned`.
  Error refuse_poisoned(Call& call, Error poisoned);
  // The caller has read the answer of a posted call.
  void collected(Call& call, bool succeeded, ipc::WakeList& wakes);
  // The caller has read a part of a posted call, which goes on.
  void part_taken(Call& call, ipc::WakeList& wakes);
  // An answer or part in the memory of a dead worker is gone, because another process writes there.
  // The worker counts as one that ended without an answer.
  void answer_gone(Call& call, ipc::WakeList& wakes);
  // The caller has looked for a while, and its call, which lies ahead, has not been started. If its
  // worker is stuck, or a processor is free, the call goes to another worker. `now`: in ticks.
  void hand_over(Call& call, std::uint64_t now, bool processor_free, ipc::WakeList& wakes);
  // The caller stops waiting: deadline_exceeded or cancelled. False: there is an answer or error
  // already.
  bool give_up(Call& call, ErrorCode code, core::TimePoint now, ipc::WakeList& wakes);
  // The caller leaves before the call's end: the call counts as failed, and its run as abandoned.
  // False: it had ended.
  bool forget(Call& call, core::TimePoint now, ipc::WakeList& wakes) noexcept;

  // --- what supervision reports ---

  void worker_ready(int index, std::shared_ptr<Channel> channel, ipc::WakeList& wakes);
  // The kernel reports that a worker ended. Does nothing if it was never ready.
  void worker_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes);
  // The successor of a living worker is ready. The old worker retires: it gets nothing new, and
  // what it has not started is taken back. One at a time.
  void worker_replaced(int index, std::shared_ptr<Channel> successor, ipc::WakeList& wakes);
  // Whether the retiring worker has answered all that it had in hand. Unread answers can still be
  // read after it has left.
  [[nodiscard]] bool retiring_is_idle() const noexcept { return queues_.retiring().in_hand() == 0; }
  // The retiring worker has ended.
  void retiring_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes);
  // While it is set and no worker lives, calls are refused with it, and waiting ones fail with it.
  void set_breaker(std::optional<Error> unavailable, ipc::WakeList& wakes);
  // Collects late answers, and ends runs past cancel_grace or hang_timeout. Returns when to call it
  // again at the latest; after a give_up it is due within cancel_grace.
  core::Deadline sweep(core::TimePoint now, ipc::WakeList& wakes);

  // From now on no call is admitted. If no worker lives, the waiting ones fail at once.
  void close(ipc::WakeList& wakes);
  // Every call that is left fails with `stopped`.
  void abort(ipc::WakeList& wakes);

  // --- what everybody asks ---

  // Whether no call waits for a worker any more. Answers may still be read.
  [[nodiscard]] bool drained() const noexcept {
    return in_flight_ == 0 || (queued_.empty() && !queues_.awaited());
  }
  [[nodiscard]] int live() const noexcept { return queues_.live(); }
  // Whether models run on all processors, or would with `more` calls. Counts workers that ended and
  // are being replaced as living, and an unread answer as a run until sweep() has seen it.
  [[nodiscard]] bool oversubscribed(int more = 0) const noexcept {
    const int posted = in_flight_ - static_cast<int>(queued_.size()) + more;
    const int runs = std::min(posted, limits_.workers * limits_.concurrency);
    return runs >= limits_.processors && posted - dead_ - queues_.over() >= limits_.processors;
  }
  // What else wants the processors while a call or a worker waits.
  [[nodiscard]] ipc::Rivals rivals() const noexcept;
  // How long a run took, in ticks.
  void note_run(std::uint64_t ticks) noexcept { run_length_.add(ticks); }
  [[nodiscard]] WorkerState state(int index) const noexcept { return queues_[index].state(); }
  // The process that has a posted call or, if it is dead, had it.
  [[nodiscard]] const std::shared_ptr<Channel>& channel_of(const Call& call) const noexcept {
    return call.dead ? call.dead->channel : queues_[call.worker].channel();
  }
  // Since when the worker runs the oldest of its requests, in ticks; 0: it runs none. The index
  // after the last one means the retiring worker, here and in count().
  [[nodiscard]] std::uint64_t running_since(int index) const noexcept {
    return queues_[index].running_since();
  }
  // How many requests the worker with this index has answered; without a worker, the last one.
  [[nodiscard]] std::uint64_t served(int index) const noexcept { return queues_[index].served(); }
  // Counters, and for each worker what it served and runs.
  void count(Stats& stats) const;
  // For what is not reported above: refusals and times.
  [[nodiscard]] CallCounts& counts() noexcept { return counts_; }
  [[nodiscard]] const CallCounts& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] std::size_t waiting() const noexcept {
    return in_flight_ == 0 ? 0 : queued_.size() + queues_.ahead();
  }
  void post(WorkerQueue& queue, Call& call, ipc::WakeList& wakes) {
    call.rivals = rivals();
    const bool ahead = queue.post(call, wakes);
    if (ahead) call.marks.turn = 0;  // comes when the worker has done what it has now
    call.nap = ahead && call.looked_after ? run_length_.patience() : Duration{};
  }
  [[nodiscard]] std::optional<Error> refusal(ipc::WakeList& wakes);
  WorkerQueue& queue_of(const Call& call) noexcept { return queues_[call.worker]; }
  // See dispatch_placing.cpp.
  [[nodiscard]] bool crowded() const noexcept;
  [[nodiscard]] bool runs_are_short() const noexcept;
  [[nodiscard]] bool runs_are_quick() const noexcept;
  [[nodiscard]] bool enough_awake() const noexcept;
  [[nodiscard]] bool leaves_calls_ahead() const noexcept {
    return runs_are_quick() || enough_awake();
  }
  [[nodiscard]] int depth(Duration time) const noexcept;
  WorkerQueue* worker_for(const Call& call, std::uint64_t now) noexcept;
  Call* take_oldest_waiting() noexcept;
  void feed(ipc::WakeList& wakes);
  void feed_idle(ipc::WakeList& wakes);
  void feed_queued(ipc::WakeList& wakes);
  void move_ahead(ipc::WakeList& wakes);
  void move_all_ahead(WorkerQueue& queue, ipc::WakeList& wakes);
  // Posts a call that has waited, and tells its waiter.
  void post_waiting(WorkerQueue& queue, Call& call, ipc::WakeList& wakes);
  void enter(const Call& call) noexcept {
    ++in_flight_;
    if (!call.looked_after) ++unwatched_;
  }
  void leave(const Call& call) noexcept {
    --in_flight_;
    if (!call.looked_after) --unwatched_;
  }
  void put_back(Call& call, ipc::WakeList& wakes);
  // Takes the call out of its queue. True: a worker has started it.
  bool take_out(Call& call, core::TimePoint now, ipc::WakeList& wakes) noexcept;
  void ended(WorkerQueue& queue, const reports::WorkerEnd& end, ipc::WakeList& wakes);
  using Dead = std::shared_ptr<const DeadWorker>;
  void lose(const Run& run, const Dead& dead, ipc::WakeList& wakes);
  void lose_all(Call& call, Channel& channel, const reports::WorkerEnd& end, ipc::WakeList& wakes);
  void lose_unanswered(Call& call, const Dead& dead, bool started, bool suspect,
                       ipc::WakeList& wakes);
  void keep(Call& call, const Dead& dead, ipc::WakeList& wakes);
  void fail_hopeless(ipc::WakeList& wakes);
  void end_without_answer(Call& call) noexcept;
  void fail(Call& call, Error error, ipc::WakeList& wakes);
  void fail_queue(const Error& error, ipc::WakeList& wakes);

  DispatchLimits limits_;
  WorkerQueues queues_;
  CallQueue queued_;
  std::optional<Error> breaker_;
  bool closing_ = false;
  int in_flight_ = 0;
  int unwatched_ = 0;  // of these, the calls whose caller does not look after them
  int dead_ = 0;       // of these, the calls whose worker ended
  CallCounts counts_;
  RunLength run_length_{counts_.rate()};
};

}  // namespace inferpool::pool::dispatch
