// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <inferpool/detail/frame.hpp>
#include <inferpool/error.hpp>
#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "ipc/block_list.hpp"
#include "pool/dispatch/channel.hpp"
#include "pool/dispatch/latency.hpp"
#include "pool/dispatch/waiter.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::dispatch {

//               +------- recalled; or its worker ended before it began ----------+
//               v                                                                |
//   admit --> queued --> posted --------> started --> done (answer)              |
//     |         |        |    \______________|__________________________________/
//     |         |        |                   +--> worker ended: done (error), or queued once more
//     |         |        |                   +--> deadline, cancel, close: done (error), and the
//     |         |        |                        run goes on, abandoned
//     |         +--------+--> deadline, cancel, close: done (error)
//     +--> refused: done (queue_full, unavailable, stopped)
//
// Of an answer in parts each is taken while the call stays started.
//
// "Started" is not a state of the host's: the posted word in the ring holds it, and the host learns
// of it when it fails to recall.
enum class CallState : std::uint8_t { kNew, kQueued, kPosted, kDone };

// A worker that ended while an answer, or a part of one, stood in its memory, which this keeps.
struct DeadWorker {
  std::shared_ptr<Channel> channel;
  std::shared_ptr<const reports::WorkerEnd> end;
};

// One request on its way, the same for all verbs. Made by the caller, who also waits for it.
struct Call {
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] bool under_way() const noexcept {
    return state == CallState::kQueued || state == CallState::kPosted;
  }

  // What its caller takes next, a part or the whole answer, was seen to stand.
  void note_seen() noexcept { seen_part.store(parts + 1, std::memory_order_release); }
  [[nodiscard]] bool next_seen() const noexcept {
    return seen_part.load(std::memory_order_relaxed) == parts + 1;
  }

  // Whether it may be queued once more, after its worker ended. One of which the caller has seen a
  // part never runs again.
  [[nodiscard]] bool may_run_again(bool started) const noexcept {
    return started ? retry == Retry::kAlways && parts == 0 : retry != Retry::kNever;
  }

  // A worker ended, maybe by its doing. Without memory nobody is blamed.
  void blame(const reports::WorkerEnd& end) noexcept;

  // Written before admission, constant afterwards.
  std::uint64_t id = 0;
  Retry retry = Retry::kIfNotStarted;
  core::Deadline deadline = {};
  detail::FrameBuffer frame;
  std::uint64_t frame_offset = 0;
  ipc::BlockList blocks = {};
  Waiter* waiter = nullptr;
  bool streams = false;  // the caller takes parts

  CallTicks marks = {};  // each by whoever does what it marks

  // Written by Dispatch, under the pool's lock.
  CallState state = CallState::kNew;
  std::uint64_t order = 0;                      // of admission, whatever happens to it later
  int worker = -1;                              // kPosted: the worker's index,
  std::uint32_t sequence = 0;                   // the slot,
  bool oversubscribed = false;                  // see ipc::PostedRequest,
  Channel* channel = nullptr;                   // and the process: the queue's,
  std::shared_ptr<const DeadWorker> dead = {};  // or this one: the answer or a part stands there
  std::uint64_t parts = 0;                      // of the answer, that the caller has taken
  // The number, from 1, of the part that was seen to stand and not taken, the whole answer being
  // the last one; 0: none. It may not go again, and its caller reads this without the lock.
  std::atomic<std::uint64_t> seen_part = 0;
  int deaths = 0;  // workers that ended while they ran it,
  int blamed = 0;  // of these, maybe by its doing; not remembered yet
  std::shared_ptr<const reports::WorkerEnd> blamed_end = {};  // the last of them
  std::optional<Error> error = {};  // kDone without an answer; `dead`: once the part is taken
  Call* previous = nullptr;         // kQueued
  Call* next = nullptr;
};

// First admitted, first out, without allocation: a call is linked through itself.
class CallQueue {
 public:
  [[nodiscard]] Call* front() const noexcept { return front_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  void push_back(Call& call) noexcept { link(call, back_, nullptr); }
  // Puts one back that was taken out before: into its place, by the order of admission.
  void put_back(Call& call) noexcept;
  void erase(Call& call) noexcept;

 private:
  void link(Call& call, Call* previous, Call* next) noexcept;
  Call* front_ = nullptr;
  Call* back_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace inferpool::pool::dispatch
