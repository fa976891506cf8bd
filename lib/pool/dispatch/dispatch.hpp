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

// Who runs what: the state machine of all calls of a pool. Pure logic: it reads no clock (but
// ticks, for figures), starts no process and never waits. Each fault of the pool is one event here.
//
// A call goes to a worker that has nothing to do, the one that served last first. Where there is
// none it waits in a queue, and its oldest calls are posted ahead, one to each busy worker, so that
// a worker goes from one run to the next without waiting for the host; a worker that runs out of
// work takes them back from there.
//
// Thread-safety: none; the pool's lock guards it. Calls are not owned.
class Dispatch {
 public:
  explicit Dispatch(const DispatchLimits& limits);

  // --- what callers report ---

  // Takes the call in, or says why not (stopped, unavailable, queue_full).
  std::optional<Error> admit(Call& call, ipc::WakeList& wakes);
  // A call will be admitted soon: the worker that would get it now wakes up.
  void announce(ipc::WakeList& wakes) noexcept;
  // As admit, for a call whose input is known to end workers: says `stopped` or gives `poisoned`.
  Error refuse_poisoned(Call& call, Error poisoned);
  // The caller has read the answer of a posted call.
  void collected(Call& call, bool succeeded, ipc::WakeList& wakes);
  // The caller has read a part of a posted call, which goes on.
  void part_taken(Call& call, ipc::WakeList& wakes);
  // What stood in the memory of a dead worker stands there no more: somebody else writes it. The
  // worker counts as one that ended without an answer.
  void answer_gone(Call& call, ipc::WakeList& wakes);
  // The caller stops waiting: deadline_exceeded or cancelled. False: an answer or error stands
  // already.
  bool give_up(Call& call, ErrorCode code, core::TimePoint now, ipc::WakeList& wakes);
  // The caller leaves without the call's end: it counts as failed, and its run as abandoned. False:
  // it had ended.
  bool forget(Call& call, core::TimePoint now, ipc::WakeList& wakes) noexcept;

  // --- what supervision reports ---

  void worker_ready(int index, std::shared_ptr<Channel> channel, ipc::WakeList& wakes);
  // The kernel says that it ended. Does nothing for one that was never ready.
  void worker_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes);
  // A successor is ready for one that lives, which retires: it gets nothing new, what it has not
  // begun is taken back. One at a time.
  void worker_replaced(int index, std::shared_ptr<Channel> successor, ipc::WakeList& wakes);
  // Whether the worker that retires has answered all that it had in hand. What nobody has read yet
  // stays readable when it has left.
  [[nodiscard]] bool retiring_is_idle() const noexcept { return queues_.retiring().in_hand() == 0; }
  // The worker that retires has ended.
  void retiring_ended(const reports::WorkerEnd& end, ipc::WakeList& wakes);
  // While set and no worker lives, calls are refused with it, and waiting ones fail with it.
  void set_breaker(std::optional<Error> unavailable, ipc::WakeList& wakes);
  // Late answers, runs past cancel_grace or hang_timeout. Returns when to be called again at the
  // latest; a give_up makes it due within cancel_grace.
  core::Deadline sweep(core::TimePoint now, ipc::WakeList& wakes);

  // No call is admitted any more. With no worker alive the waiting ones fail at once.
  void close(ipc::WakeList& wakes);
  // Every call that is left fails with `stopped`.
  void abort(ipc::WakeList& wakes);

  // --- what everybody asks ---

  // Nobody waits for a worker any more; an answer may still be read.
  [[nodiscard]] bool drained() const noexcept {
    return in_flight_ == 0 || (queued_.empty() && !queues_.awaited());
  }
  [[nodiscard]] int live() const noexcept { return queues_.live(); }
  // Models run on all processors; or would with `more` calls. Takes workers that are replaced for
  // living ones, and an answer that was not read for a run, until sweep() has seen it.
  [[nodiscard]] bool oversubscribed(int more = 0) const noexcept {
    const int posted = in_flight_ - static_cast<int>(queued_.size()) + more;
    const int runs = std::min(posted, limits_.workers * limits_.concurrency);
    return runs >= limits_.processors && posted - dead_ - queues_.over() >= limits_.processors;
  }
  [[nodiscard]] WorkerState state(int index) const noexcept { return queues_[index].state(); }
  // Of a posted call: the process that has it or, dead, had it.
  [[nodiscard]] const std::shared_ptr<Channel>& channel_of(const Call& call) const noexcept {
    return call.dead ? call.dead->channel : queues_[call.worker].channel();
  }
  // Since when the worker runs the oldest of its requests, in ticks; 0: it runs none. The index
  // after the last one stands for the worker that retires, here and in count().
  [[nodiscard]] std::uint64_t running_since(int index) const noexcept {
    return queues_[index].running_since();
  }
  // What the worker there has answered, or the last one had.
  [[nodiscard]] std::uint64_t served(int index) const noexcept { return queues_[index].served(); }
  // Counters, and for each worker what it served and runs.
  void count(Stats& stats) const;
  // What becomes of the calls, as far as it is not reported above: refusals, times.
  [[nodiscard]] CallCounts& counts() noexcept { return counts_; }
  [[nodiscard]] const CallCounts& counts() const noexcept { return counts_; }

 private:
  [[nodiscard]] std::size_t waiting() const noexcept {
    return in_flight_ == 0 ? 0 : queued_.size() + queues_.ahead();
  }
  void post(WorkerQueue& queue, Call& call, ipc::WakeList& wakes) {
    call.oversubscribed = oversubscribed();
    queue.post(call, wakes);
  }
  [[nodiscard]] std::optional<Error> refusal(ipc::WakeList& wakes);
  WorkerQueue& queue_of(const Call& call) noexcept { return queues_[call.worker]; }
  Call* take_oldest_waiting() noexcept;
  void feed(ipc::WakeList& wakes);
  void put_back(Call& call, ipc::WakeList& wakes);
  // From where it stands; true: it was begun.
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
  int dead_ = 0;  // of these, whose worker ended
  CallCounts counts_;
};

}  // namespace inferpool::pool::dispatch
