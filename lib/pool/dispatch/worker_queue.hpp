// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <inferpool/detail/storage.hpp>
#include <inferpool/stats.hpp>

#include "core/clock.hpp"
#include "ipc/block_list.hpp"
#include "ipc/wait_word.hpp"
#include "pool/dispatch/call.hpp"
#include "pool/dispatch/channel.hpp"
#include "pool/dispatch/run_length.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::dispatch {

// The violation of a worker that shows an answer, or a part of one, and hides it again.
inline constexpr std::string_view kTookBack = "it took an answer back";

// A request that a worker has, until its answer is read.
struct Run {
  std::uint32_t sequence = 0;
  Call* call = nullptr;         // null: abandoned, the worker still reads its blocks
  ipc::BlockList kept = {};     // those blocks
  core::Deadline kill_at = {};  // abandoned: how long it may go on
  core::Deadline started = {};  // when it was first seen in its turn, or after a part was taken
  std::uint64_t turn = 0;       // ticks when it got its turn; 0: posted ahead, at the last look
  bool over = false;            // its answer was seen, and is not read yet
  bool overdue = false;         // the pool killed the worker for it
  bool suspect = false;         // the worker ended, maybe because of it, if it was started
};

// The requests of the worker with one index, in the order of posting. Those that are not answered
// are in hand: the first `concurrency` of them have their turn, and one more may be posted ahead.
// An answered one has no turn any more, however long its caller takes to read the answer.
// Thread-safety: none; the pool's lock guards it.
class WorkerQueue {
 public:
  WorkerQueue(int index, int concurrency);

  void worker_ready(std::shared_ptr<Channel> channel);
  // Moves the worker of another queue, with all its requests, to this queue, which has no worker.
  void take_over(WorkerQueue& from) noexcept;
  // Returns what the worker had. If the pool killed it because of the time, only overdue runs are
  // suspects, otherwise all. Valid until the next call, or the next end of a worker here.
  std::vector<Run>& worker_ended() noexcept;

  [[nodiscard]] bool live() const noexcept { return channel_ != nullptr; }
  // Out of rotation: it runs for nobody, or did not start what it should have.
  [[nodiscard]] bool late() const noexcept { return abandoned_ > 0 || not_started_; }
  // Asked for its stack, and about to end.
  [[nodiscard]] bool hung() const noexcept { return kill_hung_at_.has_value(); }
  [[nodiscard]] WorkerState state() const noexcept;
  // Whether it would run one more request at once.
  [[nodiscard]] bool accepts() const noexcept { return takes_fewer_than(concurrency_); }
  // Whether it would take one more request, with at most `depth` ahead.
  [[nodiscard]] bool accepts_ahead(int depth = 1) const noexcept {
    return takes_fewer_than(concurrency_ + static_cast<std::size_t>(depth));
  }
  // Whether its worker would have to be woken for one more request.
  [[nodiscard]] bool asleep() const noexcept { return channel_->asleep(); }
  // Whether it would run one more request, but has no room for it yet.
  [[nodiscard]] bool stalled() const noexcept;
  // Whether one of its runs may end unnoticed, because its caller is busy elsewhere.
  [[nodiscard]] bool may_end_unseen() const noexcept;
  // Of the calls that were posted ahead, and admitted after number `order`, the oldest; or null.
  [[nodiscard]] Call* ahead(std::uint64_t order = 0) const noexcept;
  // How many calls were posted ahead.
  [[nodiscard]] std::size_t count_ahead() const noexcept {
    if (runs_.size() <= concurrency_) return 0;
    const std::size_t all = in_hand();
    return all <= concurrency_ ? 0 : all - concurrency_;
  }
  // The requests whose answer is not read yet.
  [[nodiscard]] const std::vector<Run>& runs() const noexcept { return runs_; }
  // How many of these are not answered.
  [[nodiscard]] std::size_t in_hand() const noexcept;
  // How many of these were seen to be answered.
  [[nodiscard]] int over() const noexcept { return over_; }
  // Whether a caller waits for a request that is not answered.
  [[nodiscard]] bool awaited() const noexcept;
  [[nodiscard]] const std::shared_ptr<Channel>& channel() const noexcept { return channel_; }
  // Requests that its worker has answered.
  [[nodiscard]] std::uint64_t served() const noexcept {
    return served_ + (runs_.size() - in_hand());
  }
  // Whether its oldest request that is not answered keeps the worker too long.
  [[nodiscard]] bool stuck(const TooLong& limit) const noexcept;
  // When the oldest request that is not answered got its turn, in ticks; 0: there is none.
  [[nodiscard]] std::uint64_t running_since() const noexcept;
  // The larger it is, the later the worker served.
  [[nodiscard]] std::uint64_t last_used() const noexcept { return last_used_; }

  // True: it is posted ahead.
  bool post(Call& call, ipc::WakeList& wakes);
  // Notes that requests which lay ahead have their turn by now.
  void give_turns() noexcept;
  // The answer was read.
  void collected(const Call& call, std::uint64_t use) noexcept;
  // False: the worker has started it.
  bool recall(Call& call) noexcept;
  // Recalls one call that the worker has not started; null: there is none.
  Call* recall_any() noexcept;
  // Like recall, for a call whose time is over. If it had its turn, the worker must pass its slot
  // by `kill_at`.
  bool withdraw(Call& call, core::TimePoint kill_at) noexcept;
  // A part of its answer was read: its run goes on, and its hang_timeout starts again.
  void part_taken(const Call& call, ipc::WakeList& wakes) noexcept;
  // Nobody waits for it any more; the worker has until `kill_at` to end the run.
  void abandon(Call& call, core::TimePoint kill_at, ipc::WakeList& wakes) noexcept;

  // Drops late answers. Then the worker may be in rotation again.
  void collect_late(std::uint64_t use) noexcept;
  // Asks a worker for its stack if it is late beyond `kill_at`, or has run a request for
  // `hang_timeout` (0: never) without an answer or a part. Kills it if it has not ended within
  // kStackGrace. A worker with an available part does not hang: it waits for the caller. Kills a
  // worker that takes an answer back.
  void end_overdue(core::TimePoint now, Duration cancel_grace, Duration hang_timeout);

 private:
  // Of the requests that are not answered; null: there is none.
  [[nodiscard]] const Run* oldest() const noexcept;
  [[nodiscard]] bool takes_fewer_than(std::size_t most) const noexcept;
  std::vector<Run>::iterator find(const Call& call) noexcept;
  bool take_back(const Call& call) noexcept;
  std::vector<Run>::iterator erase(std::vector<Run>::iterator run) noexcept;
  void recalled(std::vector<Run>::iterator run) noexcept;
  [[nodiscard]] bool answered(const Run& run) const noexcept {
    return channel_->answered(run.sequence);
  }
  [[nodiscard]] bool room_for_turn() const noexcept {
    return runs_.size() < concurrency_ || in_hand() < concurrency_;
  }
  void end_if_overdue(Run& run, core::TimePoint now, Duration cancel_grace, Duration hang_timeout);
  void ask_for_stack(core::TimePoint now, const std::string& reason);

  int index_;
  std::size_t concurrency_;
  std::shared_ptr<Channel> channel_ = {};  // null: no worker is ready here
  std::vector<Run> runs_ = {};
  std::vector<Run> ended_ = {};  // of the worker that ended; has room, to allocate nothing then
  std::uint64_t served_ = 0;
  std::uint64_t last_used_ = 0;
  int abandoned_ = 0;                              // of the runs
  int over_ = 0;                                   // of the runs
  std::optional<std::uint32_t> not_started_ = {};  // first one recalled in its turn, not passed yet
  core::Deadline kill_not_started_at_ = {};
  bool out_of_time_ = false;          // end_overdue ended it
  core::Deadline kill_hung_at_ = {};  // asked for its stack: when it must have ended
};

}  // namespace inferpool::pool::dispatch
