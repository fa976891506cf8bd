// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bodies of BasicWorkerRing, for the files that instantiate it: worker_ring.cpp does for
// SharedWords.

#include <climits>

#include "ipc/worker_ring.hpp"

namespace inferpool::ipc {

template <typename Words>
std::optional<std::uint32_t> BasicWorkerRing<Words>::take() {
  const auto news = [this] { return pending(std::memory_order_acquire) || closing(); };
  for (bool announced = false;;) {
    const Looked looked = news() ? Looked::kFound : look(spin_, news, announced);
    if (const auto sequence = try_take()) return sequence;
    if (closing()) return try_take();  // all requests posted before the close are visible now
    announced = looked == Looked::kInVain && park();
  }
}

template <typename Words>
template <typename Ready>
Looked BasicWorkerRing<Words>::look(SpinBudget& spin, const Ready& ready, bool expects) noexcept {
  SpinBudget::Wait wait;
  for (;;) {
    const auto rivals = static_cast<Rivals>(control_.host.rivals.load(std::memory_order_relaxed));
    const Looked looked = spin.look(ready, {.rivals = rivals, .expects = expects}, wait);
    if (looked != Looked::kNotYet) return looked;
  }
}

template <typename Words>
bool BasicWorkerRing<Words>::pending(std::memory_order order) const noexcept {
  // Another thread may have taken it already: a passed number may count as pending, never the
  // reverse.
  const std::uint32_t next = control_.worker.consumed.load(std::memory_order_relaxed);
  return reached(control_.request(next).posted.load(order), next);
}

template <typename Words>
std::optional<std::uint32_t> BasicWorkerRing<Words>::try_take() noexcept {
  boost::interprocess::scoped_lock<typename Words::Mutex> lock(control_.worker.take_mutex,
                                                               boost::interprocess::defer_lock);
  if (!alone_) lock.lock();
  for (;;) {
    const std::uint32_t next = control_.worker.consumed.load(std::memory_order_relaxed);
    Word& posted = control_.request(next).posted;
    if (!reached(posted.load(std::memory_order_acquire), next)) return std::nullopt;
    std::uint32_t expected = posted_word(next, Posted::kPosted);
    const bool started = posted.compare_exchange_strong(
        expected, posted_word(next, Posted::kStarted), std::memory_order_acq_rel);
    // Started, recalled or skipped: this number is done.
    control_.worker.consumed.store(next_sequence(next), std::memory_order_relaxed);
    if (started) return next;
  }
}

template <typename Words>
bool BasicWorkerRing<Words>::park() noexcept {
  const std::uint32_t next = control_.worker.consumed.load(std::memory_order_relaxed);
  const std::uint32_t bell = control_.host.doorbell.load(std::memory_order_seq_cst);
  // Sequentially consistent with BasicHostRing::post. close() rings the doorbell that was read
  // above.
  control_.worker.parked.fetch_add(1, std::memory_order_seq_cst);
  const auto came = [this] { return pending(std::memory_order_seq_cst) || closing(); };
  if (!came()) {
    const WaitFor doorbell{&control_.host.doorbell, bell};
    Words::wait({&doorbell, 1}, std::nullopt, came);
  }
  control_.worker.parked.fetch_sub(1, std::memory_order_seq_cst);
  // Else the doorbell was rung for a request, which another thread may have taken.
  return control_.host.doorbell.load(std::memory_order_relaxed) != bell &&
         control_.worker.consumed.load(std::memory_order_relaxed) == next &&
         !pending(std::memory_order_relaxed);
}

template <typename Words>
void BasicWorkerRing<Words>::announce(std::uint32_t sequence) noexcept {
  if (control_.host.rivals.load(std::memory_order_relaxed) != 0) return;
  if (slot(sequence).reply_parked.load(std::memory_order_relaxed) != 0)
    Words::wake(&control_.reply(sequence).published, INT_MAX);
}

template <typename Words>
bool BasicWorkerRing<Words>::await_taken(std::uint32_t sequence, std::uint32_t parts) noexcept {
  const Word& caller_word = slot(sequence).caller_word;
  Word& parked = control_.reply(sequence).sender_parked;
  const auto taken = [parts](std::uint32_t word) {
    return parts_of(word) == (parts & (~0U / kPartTaken));
  };
  const auto settled = [&] {
    const std::uint32_t word = caller_word.load(std::memory_order_acquire);
    return taken(word) || (word & kCallerLeft) != 0;
  };
  while (!settled() && look(part_spin_, settled, false) != Looked::kFound) {
    parked.store(1, std::memory_order_seq_cst);
    const WaitFor news{&caller_word, caller_word.load(std::memory_order_seq_cst)};
    if (!settled()) Words::wait({&news, 1}, std::nullopt, settled);
    parked.store(0, std::memory_order_relaxed);
  }
  return taken(caller_word.load(std::memory_order_acquire));
}

template <typename Words>
void BasicWorkerRing<Words>::publish_as(std::uint32_t word, std::uint32_t sequence,
                                        const PublishedReply& reply) noexcept {
  const BasicRequestSlot<Words>& request = control_.request(sequence);
  BasicReplySlot<Words>& slot = control_.reply(sequence);
  slot.call_id.store(request.call_id, std::memory_order_relaxed);
  slot.frame_bytes.store(static_cast<std::uint32_t>(reply.frame.size()), std::memory_order_relaxed);
  slot.ticket.store(reply.ticket, std::memory_order_relaxed);
  slot.generation.store(reply.generation, std::memory_order_relaxed);
  slot.started.store(reply.started, std::memory_order_relaxed);
  slot.ended.store(reply.ended, std::memory_order_relaxed);
  if (reply.frame.size() > kInlineFrame) {
    slot.frame_offset = reply.frame_offset;
  } else if (!reply.frame.empty()) {
    Words::copy(slot.frame.data(), reply.frame.data(), reply.frame.size());
  }
  // Sequentially consistent with the load of reply_parked: either the caller sees the reply, or the
  // worker sees it asleep.
  slot.published.exchange(word, std::memory_order_seq_cst);
  if (request.reply_parked.load(std::memory_order_seq_cst) != 0)
    Words::wake(&slot.published, INT_MAX);
}

}  // namespace inferpool::ipc
