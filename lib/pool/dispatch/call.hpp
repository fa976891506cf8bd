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
#include "ipc/rivals.hpp"
#include "pool/dispatch/channel.hpp"
#include "pool/dispatch/latency.hpp"
#include "pool/dispatch/waiter.hpp"
#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::dispatch {

//               +------- recalled; or its worker ended before it started --------+
//               v                                                                |
//   admit --> queued --> posted --------> started --> done (answer)              |
//     |         |        |    \______________|__________________________________/
//     |         |        |                   +--> worker ended: done (error), or queued once more
//     |         |        |                   +--> deadline, cancel, close: done (error), and the
//     |         |        |                        run goes on, abandoned
//     |         +--------+--> deadline, cancel, close: done (error)
//     +--> refused: done (queue_full, unavailable, stopped)
//
// While the parts of an answer are taken, the call stays started.
//
// The host does not keep the state "started": it is in the posted word of the ring, and the host
// learns of it when it fails to recall.
enum class CallState : std::uint8_t { kNew, kQueued, kPosted, kDone };

// A worker that ended while an answer or a part was available in its memory. This object keeps the
// memory.
struct DeadWorker {
  std::shared_ptr<Channel> channel;
  std::shared_ptr<const reports::WorkerEnd> end;
};

// One request on its way, the same for all verbs. The caller makes it, and waits for it.
struct Call {
  Call() = default;
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  [[nodiscard]] bool under_way() const noexcept {
    return state == CallState::kQueued || state == CallState::kPosted;
  }

  // The next part, or the whole answer, was seen to be available.
  void note_seen() noexcept { seen_part.store(parts + 1, std::memory_order_release); }
  [[nodiscard]] bool next_seen() const noexcept {
    return seen_part.load(std::memory_order_relaxed) == parts + 1;
  }

  // Whether it may be queued once more after its worker ended. If its caller has taken a part, it
  // never runs again.
  [[nodiscard]] bool may_run_again(bool started) const noexcept {
    return started ? retry == Retry::kAlways && parts == 0 : retry != Retry::kNever;
  }

  // A worker ended, maybe because of this call. Without memory the call is not blamed.
  void blame(const reports::WorkerEnd& end) noexcept;

  // Written before admission, constant afterwards.
  std::uint64_t id = 0;
  Retry retry = Retry::kIfNotStarted;
  core::Deadline deadline = {};
  detail::FrameBuffer frame;
  std::uint64_t frame_offset = 0;
  ipc::BlockList blocks = {};
  Waiter* waiter = nullptr;
  bool streams = false;       // the caller takes parts
  bool looked_after = false;  // its caller looks at it while it waits: see Dispatch::hand_over

  CallTicks marks = {};  // the code that does a step also marks it

  // Written by Dispatch, under the pool's lock.
  CallState state = CallState::kNew;
  std::uint64_t order = 0;     // of admission; it never changes
  int worker = -1;             // kPosted: the worker's index,
  std::uint32_t sequence = 0;  // the slot,
  // It lies ahead, and its caller looks whether to hand it over, first after this time. 0: not so.
  Duration nap = {};
  ipc::Rivals rivals = ipc::Rivals::kNone;      // see ipc::PostedRequest,
  Channel* channel = nullptr;                   // and the process: the queue's,
  std::shared_ptr<const DeadWorker> dead = {};  // or this one: it has the answer or a part
  std::uint64_t parts = 0;                      // of the answer, taken by the caller
  // The number, from 1, of the part that was seen to be available and is not taken; the whole
  // answer counts as the last part; 0: none. What was seen must not disappear. The caller reads
  // this without the lock.
  std::atomic<std::uint64_t> seen_part = 0;
  int deaths = 0;  // workers that ended while they ran it,
  int blamed = 0;  // of these, maybe because of it; not remembered yet
  std::shared_ptr<const reports::WorkerEnd> blamed_end = {};  // the last of them
  std::optional<Error> error = {};  // kDone without an answer; `dead`: for after the part
  Call* previous = nullptr;         // kQueued
  Call* next = nullptr;
};

// A queue in the order of admission. It allocates nothing: calls link to each other.
class CallQueue {
 public:
  [[nodiscard]] Call* front() const noexcept { return front_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  void push_back(Call& call) noexcept { link(call, back_, nullptr); }
  // Puts back a call that was taken out before, at its position in the order of admission.
  void put_back(Call& call) noexcept;
  void erase(Call& call) noexcept;

 private:
  void link(Call& call, Call* previous, Call* next) noexcept;
  Call* front_ = nullptr;
  Call* back_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace inferpool::pool::dispatch
