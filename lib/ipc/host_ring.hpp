// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <bitset>
#include <cstdint>
#include <span>

#include "ipc/layout.hpp"
#include "ipc/shared_words.hpp"

namespace inferpool::ipc {

// A request as it goes into a slot. `frame` up to kInlineFrame bytes is copied; a larger one lies
// at `frame_offset` of the requests region already.
struct PostedRequest {
  std::uint64_t call_id = 0;
  std::int64_t deadline = 0;
  std::span<const std::byte> frame = {};
  std::uint64_t frame_offset = 0;
  bool streams = false;         // the caller takes parts
  bool oversubscribed = false;  // models run on all processors: see SpinBudget
};

// What the head of a reply says: loaded once, believed by nobody yet.
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
// state is private: nothing that a worker writes can move it. Thread-safety: has_room, post, recall
// and finish under one lock; the others from any thread that has the sequence number of a request:
// once it is finished their answers mean nothing, but do no harm.
template <typename Words>
class BasicHostRing {
 public:
  using Control = BasicControl<Words>;
  using WaitFor = typename Words::WaitFor;
  using WakeList = typename Words::WakeList;

  // `first`: the number of the first request, which the worker's part says too.
  explicit BasicHostRing(Control& control, std::uint32_t first = 1) noexcept
      : control_(control), next_(first) {}

  // Whether one more request can be posted: a slot is free, and all that are in its way have been
  // begun. Without room, only finish() makes some.
  [[nodiscard]] bool has_room() const noexcept;

  // Publishes a request and returns its sequence number. Requires has_room(). Adds the worker's
  // doorbell to `wakes` where the worker sleeps.
  std::uint32_t post(const PostedRequest& request, WakeList& wakes) noexcept;

  // A request comes soon: a worker that sleeps wakes up and looks.
  void announce(WakeList& wakes) noexcept;

  // True: nobody will run it. False: the worker has begun it.
  bool recall(std::uint32_t sequence) noexcept;

  // Gives the slot back: its reply was read, or it was recalled.
  void finish(std::uint32_t sequence) noexcept { open_.reset(sequence % kRingSlots); }

  // Tells the model that nobody waits any more, and takes no part.
  void cancel(std::uint32_t sequence, WakeList& wakes) noexcept;

  [[nodiscard]] bool answered(std::uint32_t sequence) const noexcept {
    return control_.reply(sequence).published.load(std::memory_order_acquire) == sequence;
  }
  // Whether a part stands that was not taken. Its head and frame are read as those of a reply; once
  // it is taken they may change.
  [[nodiscard]] bool part_available(std::uint32_t sequence) const noexcept {
    const std::uint32_t taken = known(sequence).parts.load(std::memory_order_relaxed);
    return taken != kNoParts && control_.reply(sequence).published.load(
                                    std::memory_order_acquire) == part_word(sequence, taken + 1);
  }
  // The part that stands was read: the run may go on.
  void take_part(std::uint32_t sequence, WakeList& wakes) noexcept;

  // Whether the worker has gone on beyond the number of a request: a hint, wrong only of a worker
  // that is.
  [[nodiscard]] bool passed(std::uint32_t sequence) const noexcept;

  // False where the published word of a request that is posted holds what no worker that keeps to
  // the protocol writes.
  [[nodiscard]] bool plausible(std::uint32_t sequence) const noexcept;

  // Announces that the caller is about to sleep on the reply or the next part; it looks once more
  // (answered, part_available) before it does.
  WaitFor park(std::uint32_t sequence) noexcept;

  // Of an answered request, or one of which a part stands.
  [[nodiscard]] ReplyHead head(std::uint32_t sequence) const noexcept;
  // Copies the inline frame of a reply, the first to.size() bytes of it: at most kInlineFrame.
  void copy_frame(std::uint32_t sequence, std::span<std::byte> to) const noexcept;

  // Asks the worker to leave once it has nothing to do.
  void close(WakeList& wakes) noexcept;

 private:
  using Word = typename Words::template Atomic<std::uint32_t>;

  // What the host itself knows of a slot.
  struct Known {
    Word published_before{0};  // the published word when it was posted
    Word parts{kNoParts};      // that were taken
  };
  static constexpr std::uint32_t kNoParts = ~0U;  // its caller takes none

  [[nodiscard]] const Known& known(std::uint32_t sequence) const noexcept {
    return known_[sequence % kRingSlots];
  }
  void wake_sender(std::uint32_t sequence, WakeList& wakes) noexcept;
  void ring(WakeList& wakes, int threads) noexcept;

  Control& control_;
  std::uint32_t next_;
  bool oversubscribed_ = false;   // as it stands in Control
  std::bitset<kRingSlots> open_;  // by slot: posted, and not finished
  std::array<Known, kRingSlots> known_{};
};

extern template class BasicHostRing<SharedWords>;
using HostRing = BasicHostRing<SharedWords>;

}  // namespace inferpool::ipc
