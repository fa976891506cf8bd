// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <cstdint>
#include <span>

#include "ipc/layout.hpp"
#include "ipc/rivals.hpp"
#include "ipc/shared_words.hpp"

namespace inferpool::ipc {

// A request as it goes into a slot. A `frame` of up to kInlineFrame bytes is copied; a larger one
// is already at `frame_offset` of the requests region.
struct PostedRequest {
  std::uint64_t call_id = 0;
  std::int64_t deadline = 0;
  std::span<const std::byte> frame = {};
  std::uint64_t frame_offset = 0;
  bool streams = false;           // the caller takes parts
  Rivals rivals = Rivals::kNone;  // of the worker, while it waits for more
};

// The head of a reply: loaded once, and not checked yet.
struct ReplyHead {
  std::uint64_t call_id = 0;
  std::uint64_t frame_offset = 0;
  std::uint32_t frame_bytes = 0;
  std::uint32_t ticket = 0;
  std::uint32_t generation = 0;
  std::uint64_t started = 0;  // ticks()
  std::uint64_t ended = 0;
};

// The host's end of both rings of one worker, laid over bytes that somebody else owns. Its own
// state is private: a worker cannot change it. Thread-safety: call has_room, post, recall and
// finish under one lock; the others from any thread that has the sequence number of a request.
// After finish() the values that these return are meaningless, but harmless.
template <typename Words>
class BasicHostRing {
 public:
  using Control = BasicControl<Words>;
  using WaitFor = typename Words::WaitFor;
  using WakeList = typename Words::WakeList;

  // `first`: the number of the first request; it must equal that in the worker's part.
  explicit BasicHostRing(Control& control, std::uint32_t first = 1) noexcept
      : control_(control), next_(first) {}

  // Whether one more request can be posted: a slot is free, and all requests in the slots before it
  // have been started. Without room, only finish() makes some.
  [[nodiscard]] bool has_room() const noexcept;

  // Publishes a request and returns its sequence number. Requires has_room(). Adds the worker's
  // doorbell to `wakes` if the worker sleeps.
  std::uint32_t post(const PostedRequest& request, WakeList& wakes) noexcept;

  // A request comes soon: a worker that sleeps wakes up and looks.
  void announce(WakeList& wakes) noexcept;

  // Whether a worker that sleeps would have to be woken for one more request. A hint: it may fall
  // asleep at any time, and a broken worker may say anything.
  [[nodiscard]] bool asleep() const noexcept {
    return control_.worker.parked.load(std::memory_order_relaxed) != 0;
  }
  // Whether a posted request was started.
  [[nodiscard]] bool started(std::uint32_t sequence) const noexcept {
    return control_.request(sequence).posted.load(std::memory_order_relaxed) ==
           posted_word(sequence, Posted::kStarted);
  }

  // True: nobody will run it. False: the worker has started it.
  bool recall(std::uint32_t sequence) noexcept;

  // Gives the slot back: its reply was read, or it was recalled.
  void finish(std::uint32_t sequence) noexcept { open_.reset(sequence % kRingSlots); }

  // Tells the run that nobody waits any more, or takes parts.
  void cancel(std::uint32_t sequence, WakeList& wakes) noexcept;

  [[nodiscard]] bool answered(std::uint32_t sequence) const noexcept {
    return control_.reply(sequence).published.load(std::memory_order_acquire) == sequence;
  }
  // Whether a part is available that was not taken. Its head and frame are read as those of a
  // reply; once it is taken they may change.
  [[nodiscard]] bool part_available(std::uint32_t sequence) const noexcept {
    const std::uint32_t taken = known(sequence).parts.load(std::memory_order_relaxed);
    return taken != kNoParts && control_.reply(sequence).published.load(
                                    std::memory_order_acquire) == part_word(sequence, taken + 1);
  }
  // The available part was read: the run may go on.
  void take_part(std::uint32_t sequence, WakeList& wakes) noexcept;

  // Whether the worker has passed the number of a request. A hint: only a broken worker makes it
  // wrong.
  [[nodiscard]] bool passed(std::uint32_t sequence) const noexcept;

  // False if the published word of a posted request has a value that a correct worker never writes.
  [[nodiscard]] bool plausible(std::uint32_t sequence) const noexcept;

  // Announces that the caller is about to sleep on the reply or the next part; it looks once more
  // (answered, part_available) before it does.
  WaitFor park(std::uint32_t sequence) noexcept;

  // Requires that the reply or a part is available.
  [[nodiscard]] ReplyHead head(std::uint32_t sequence) const noexcept;
  // Copies the first to.size() bytes of the inline frame of a reply: at most kInlineFrame.
  void copy_frame(std::uint32_t sequence, std::span<std::byte> to) const noexcept;

  // Asks the worker to leave once it has nothing to do.
  void close(WakeList& wakes) noexcept;

 private:
  using Word = typename Words::template Atomic<std::uint32_t>;

  // What the host itself knows about a slot.
  struct Known {
    Word published_before{0};  // the published word when it was posted
    Word parts{kNoParts};      // parts that were taken
  };
  static constexpr std::uint32_t kNoParts = ~0U;  // its caller takes no parts

  [[nodiscard]] const Known& known(std::uint32_t sequence) const noexcept {
    return known_[sequence % kRingSlots];
  }
  void wake_sender(std::uint32_t sequence, WakeList& wakes) noexcept;
  void ring(WakeList& wakes, int threads) noexcept;

  Control& control_;
  std::uint32_t next_;
  Rivals rivals_ = Rivals::kNone;  // as in Control
  std::bitset<kRingSlots> open_;   // by slot: posted, and not finished
  std::array<Known, kRingSlots> known_{};
};

extern template class BasicHostRing<SharedWords>;
using HostRing = BasicHostRing<SharedWords>;

}  // namespace inferpool::ipc
