// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bodies of BasicHostRing, for the files that instantiate it: host_ring.cpp does for
// SharedWords.

#include <algorithm>
#include <climits>

#include "ipc/host_ring.hpp"

namespace inferpool::ipc {

template <typename Words>
bool BasicHostRing<Words>::has_room() const noexcept {
  std::uint32_t sequence = next_;
  for (std::uint32_t i = 0; i < kRingSlots; ++i, sequence = next_sequence(sequence)) {
    if (!open_.test(sequence % kRingSlots)) return true;
    // A request that may still be started needs its posted word.
    const std::uint32_t word = control_.request(sequence).posted.load(std::memory_order_relaxed);
    if (state_of(word) == Posted::kPosted) return false;
  }
  return false;
}

template <typename Words>
std::uint32_t BasicHostRing<Words>::post(const PostedRequest& request, WakeList& wakes) noexcept {
  // Skips the numbers whose slots have requests that still run.
  for (; open_.test(next_ % kRingSlots); next_ = next_sequence(next_)) {
    control_.request(next_).posted.store(posted_word(next_, Posted::kRecalled),
                                         std::memory_order_seq_cst);
  }
  if (request.rivals != rivals_) {
    rivals_ = request.rivals;
    control_.host.rivals.store(static_cast<std::uint32_t>(rivals_), std::memory_order_relaxed);
  }
  const std::uint32_t sequence = next_;
  next_ = next_sequence(sequence);
  open_.set(sequence % kRingSlots);
  BasicRequestSlot<Words>& slot = control_.request(sequence);
  Known& known = known_[sequence % kRingSlots];
  known.published_before.store(control_.reply(sequence).published.load(std::memory_order_relaxed),
                               std::memory_order_relaxed);
  known.parts.store(request.streams ? 0 : kNoParts, std::memory_order_relaxed);
  slot.reply_parked.store(0, std::memory_order_relaxed);
  slot.caller_word.store(request.streams ? kCallerStreams : 0, std::memory_order_relaxed);
  slot.frame_bytes = static_cast<std::uint32_t>(request.frame.size());
  slot.call_id = request.call_id;
  slot.deadline = request.deadline;
  slot.frame_offset = request.frame_offset;
  if (!request.frame.empty() && request.frame.size() <= kInlineFrame) {
    Words::copy(slot.frame.data(), request.frame.data(), request.frame.size());
  }
  // Sequentially consistent with the load of `parked`: either the worker sees the request, or the
  // host sees it asleep.
  slot.posted.exchange(posted_word(sequence, Posted::kPosted), std::memory_order_seq_cst);
  if (control_.worker.parked.load(std::memory_order_seq_cst) != 0) ring(wakes, 1);
  return sequence;
}

template <typename Words>
void BasicHostRing<Words>::announce(WakeList& wakes) noexcept {
  if (control_.worker.parked.load(std::memory_order_relaxed) != 0) ring(wakes, 1);
}

template <typename Words>
bool BasicHostRing<Words>::recall(std::uint32_t sequence) noexcept {
  std::uint32_t expected = posted_word(sequence, Posted::kPosted);
  return control_.request(sequence).posted.compare_exchange_strong(
      expected, posted_word(sequence, Posted::kRecalled), std::memory_order_acq_rel);
}

template <typename Words>
void BasicHostRing<Words>::cancel(std::uint32_t sequence, WakeList& wakes) noexcept {
  control_.request(sequence).caller_word.fetch_or(kCallerLeft, std::memory_order_seq_cst);
  wake_sender(sequence, wakes);
}

template <typename Words>
void BasicHostRing<Words>::take_part(std::uint32_t sequence, WakeList& wakes) noexcept {
  Word& parts = known_[sequence % kRingSlots].parts;
  const std::uint32_t taken = parts.load(std::memory_order_relaxed) + 1;
  parts.store(taken == kNoParts ? 1 : taken, std::memory_order_relaxed);  // odd stays odd
  // The caller is awake: the next part needs no system call, unless the caller sleeps by then.
  control_.request(sequence).reply_parked.store(0, std::memory_order_relaxed);
  control_.request(sequence).caller_word.fetch_add(kPartTaken, std::memory_order_seq_cst);
  wake_sender(sequence, wakes);
}

// Sequentially consistent with the worker's parking: either the worker sees the caller word, or the
// host sees it asleep.
template <typename Words>
void BasicHostRing<Words>::wake_sender(std::uint32_t sequence, WakeList& wakes) noexcept {
  if (control_.reply(sequence).sender_parked.load(std::memory_order_seq_cst) != 0)
    wakes.add(&control_.request(sequence).caller_word);
}

template <typename Words>
bool BasicHostRing<Words>::passed(std::uint32_t sequence) const noexcept {
  const std::uint32_t next = control_.worker.consumed.load(std::memory_order_acquire);
  return ((next - 1 - sequence) & kSequenceMask) < kSequenceMask / 2;
}

template <typename Words>
bool BasicHostRing<Words>::plausible(std::uint32_t sequence) const noexcept {
  const std::uint32_t published =
      control_.reply(sequence).published.load(std::memory_order_acquire);
  const Known& slot = known(sequence);
  if (published == sequence || published == slot.published_before.load(std::memory_order_relaxed))
    return true;
  const std::uint32_t taken = slot.parts.load(std::memory_order_relaxed);
  if (taken == kNoParts) return false;
  return published == part_word(sequence, taken + 1) ||
         (taken > 0 && published == part_word(sequence, taken));
}

template <typename Words>
auto BasicHostRing<Words>::park(std::uint32_t sequence) noexcept -> WaitFor {
  control_.request(sequence).reply_parked.store(1, std::memory_order_seq_cst);
  const Word& published = control_.reply(sequence).published;
  return {&published, published.load(std::memory_order_seq_cst)};
}

template <typename Words>
ReplyHead BasicHostRing<Words>::head(std::uint32_t sequence) const noexcept {
  BasicReplySlot<Words>& slot = control_.reply(sequence);
  ReplyHead head{.call_id = slot.call_id.load(std::memory_order_relaxed),
                 .frame_bytes = slot.frame_bytes.load(std::memory_order_relaxed),
                 .ticket = slot.ticket.load(std::memory_order_relaxed),
                 .generation = slot.generation.load(std::memory_order_relaxed),
                 .started = slot.started.load(std::memory_order_relaxed),
                 .ended = slot.ended.load(std::memory_order_relaxed)};
  if (head.frame_bytes > kInlineFrame) {
    head.frame_offset = std::atomic_ref(slot.frame_offset).load(std::memory_order_relaxed);
  }
  return head;
}

template <typename Words>
void BasicHostRing<Words>::copy_frame(std::uint32_t sequence,
                                      std::span<std::byte> to) const noexcept {
  const std::size_t size = std::min(to.size(), kInlineFrame);
  if (size != 0) Words::copy(to.data(), control_.reply(sequence).frame.data(), size);
}

template <typename Words>
void BasicHostRing<Words>::close(WakeList& wakes) noexcept {
  control_.host.closing.store(1, std::memory_order_seq_cst);
  ring(wakes, INT_MAX);
}

template <typename Words>
void BasicHostRing<Words>::ring(WakeList& wakes, int threads) noexcept {
  control_.host.doorbell.fetch_add(1, std::memory_order_seq_cst);
  wakes.add(&control_.host.doorbell, threads);
}

}  // namespace inferpool::ipc
