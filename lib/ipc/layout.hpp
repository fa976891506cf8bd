// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes that a host and a worker share. Three regions, each an anonymous memfd without a name
// in any file system; all numbers are native-endian, and there are no pointers.
//
//   requests   one per pool  host writes, worker maps read-only   payload blocks; the allocator
//                                                                 is the host's own
//   replies    1 per worker  worker writes, host maps read-only   payload blocks; the allocator
//                                                                 is the worker's own
//   control    1 per worker  both map read-write                  this struct; each byte has one
//                                                                 writer:
//
//     +-----------------+----------------------------------------------------------+
//     | worker's part   | parked, consumed, the two mutexes        written: worker  |
//     +-----------------+----------------------------------------------------------+
//     | host's part     | doorbell, closing, rivals,               written: host    |
//     |                 | released[1024]                                           |
//     +-----------------+----------------------------------------------------------+
//     | requests[64]    | posted word                              written: both,   |
//     |                 |                                          by compare-swap  |
//     |                 | header, frame                            written: host    |
//     +-----------------+----------------------------------------------------------+
//     | replies[64]     | published word, header, when the run     written: worker  |
//     |                 | started and ended, frame, sender_parked                  |
//     +-----------------+----------------------------------------------------------+
//
// Sequence number s (1, 2, 3, ...) uses slot s % 64 of both rings: the reply to a request is in the
// slot of its number, so each caller waits on its own word. The worker takes numbers in order. It
// skips a number that is recalled, or whose slot has a later number already. So the host alone
// decides when a slot is free, and a long run does not stop the ring: the host skips its slot. The
// words of a skipped slot stay unchanged, except the posted word, which nobody needs after the
// start of the request.
//
// A run whose caller takes its answer in parts publishes them in the slot of its reply, one at a
// time. The published word says that a part is available; the caller word says that the host has
// read it. Then the worker may overwrite it with the next part, or with the reply that ends the
// run.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include <inferpool/detail/frame.hpp>

#include "ipc/shared_words.hpp"

namespace inferpool::ipc {

inline constexpr std::uint64_t kMagic = 0x6c6f6f7072666e69;  // "infrpool"
inline constexpr std::uint32_t kProtocolVersion = 7;
inline constexpr std::uint32_t kRingSlots = 64;
inline constexpr std::uint32_t kTickets = 1024;
inline constexpr std::size_t kBlockAlignment = 64;
// The distance between two slots is an odd number of cache lines. So the first lines of all slots,
// which a small request and its reply use, fall into different sets of a cache. With 512 bytes they
// share one eighth of the sets, and evict each other between two uses.
inline constexpr std::size_t kSlotBytes = 9 * 64;
inline constexpr std::size_t kPopulated = 256 * 1024;  // of each payload region, at spawn
// A frame has only descriptions and payloads of up to kInlinePayload bytes; a larger one is
// malformed.
inline constexpr std::size_t kLargestFrame = 16 * 1024 * 1024;

using detail::kInlineFrame;

// The posted word: who has the request. Only posted -> started (worker) and posted -> recalled
// (host) race.
enum class Posted : std::uint32_t { kNever = 0, kPosted = 1, kStarted = 2, kRecalled = 3 };

// Sequence numbers have 30 bits and wrap; 0 is never used.
inline constexpr std::uint32_t kSequenceMask = 0x3fffffff;

constexpr std::uint32_t posted_word(std::uint32_t sequence, Posted state) noexcept {
  return (sequence << 2) | static_cast<std::uint32_t>(state);
}
constexpr std::uint32_t sequence_of(std::uint32_t word) noexcept { return word >> 2; }
constexpr Posted state_of(std::uint32_t word) noexcept { return static_cast<Posted>(word & 3); }
constexpr std::uint32_t next_sequence(std::uint32_t sequence) noexcept {
  const std::uint32_t next = (sequence + 1) & kSequenceMask;
  return next == 0 ? kRingSlots : next;  // keeps sequence % kRingSlots in step
}
// Whether a slot with this posted word has this number or a later one.
constexpr bool reached(std::uint32_t word, std::uint32_t sequence) noexcept {
  return state_of(word) != Posted::kNever &&
         ((sequence_of(word) - sequence) & kSequenceMask) <= kSequenceMask / 2;
}

// The published word: the number of the request, once its reply is available. While a part is
// available, one of two more bits is set: one for an odd part (the first, the third), the other for
// an even one.
constexpr std::uint32_t part_word(std::uint32_t sequence, std::uint32_t part) noexcept {
  return sequence | (part % 2 == 1 ? 1U << 30 : 2U << 30);
}

// The caller word tells a run whether the caller has left, whether it takes parts, and how many it
// has taken (modulo 2^30).
inline constexpr std::uint32_t kCallerLeft = 1;
inline constexpr std::uint32_t kCallerStreams = 2;
inline constexpr std::uint32_t kPartTaken = 4;  // one more
constexpr std::uint32_t parts_of(std::uint32_t caller_word) noexcept {
  return caller_word / kPartTaken;
}

// The structs are templates over the type of their words: see SharedWords. Two processes share the
// types of the aliases at the end.
template <typename Words>
struct alignas(64) BasicRequestSlot {
  template <typename T>
  using Atomic = typename Words::template Atomic<T>;
  template <typename T>
  using Plain = typename Words::template Plain<T>;

  Atomic<std::uint32_t> posted{0};
  Atomic<std::uint32_t> reply_parked{0};  // the caller sleeps on the published word
  Atomic<std::uint32_t> caller_word{0};
  Plain<std::uint32_t> frame_bytes{0};
  Plain<std::uint64_t> call_id{0};
  Plain<std::int64_t> deadline{0};       // nanoseconds of CLOCK_MONOTONIC; 0: none
  Plain<std::uint64_t> frame_offset{0};  // in `requests`, where frame_bytes > kInlineFrame
  std::array<std::byte, kInlineFrame> frame;
  std::array<std::byte, kSlotBytes - 40 - kInlineFrame> unused;
};

// The host loads each field once, atomically. The header and a frame of up to 24 bytes share the
// first cache line, because each cache line that moves adds to the cost of a reply.
template <typename Words>
struct alignas(64) BasicReplySlot {
  template <typename T>
  using Atomic = typename Words::template Atomic<T>;

  Atomic<std::uint32_t> published{0};  // stored last
  Atomic<std::uint32_t> frame_bytes{0};
  Atomic<std::uint64_t> call_id{0};
  Atomic<std::uint32_t> ticket{0};      // kTickets: the reply has no block
  Atomic<std::uint32_t> generation{0};  // of the ticket
  Atomic<std::uint64_t> started{0};     // in ticks(): the run, for statistics only
  Atomic<std::uint64_t> ended{0};
  union {
    std::array<std::byte, kInlineFrame> frame;
    std::uint64_t frame_offset;  // in `replies`, where frame_bytes > kInlineFrame
  };
  Atomic<std::uint32_t> sender_parked{0};  // the run sleeps on the caller word
  std::array<std::byte, kSlotBytes - 44 - kInlineFrame> unused;
};

template <typename Words>
struct BasicWorkerPart {
  using Word = typename Words::template Atomic<std::uint32_t>;
  using Mutex = typename Words::Mutex;

  alignas(128) Word parked{0};  // serving threads that sleep on the doorbell
  // The next number to take; the host uses it only as a hint. It has its own cache line, because it
  // changes with each request, and the host reads `parked` with each.
  alignas(128) Word consumed{1};
  alignas(128) Mutex take_mutex;   // guards the order in which serving threads take requests
  alignas(128) Mutex reply_mutex;  // guards tickets, blocks and the order of replies
};

template <typename Words>
struct BasicHostPart {
  using Word = typename Words::template Atomic<std::uint32_t>;

  alignas(128) Word doorbell{0};
  Word closing{0};
  Word rivals{0};  // as in the last PostedRequest: Rivals
  // released[t] == g: the host is done with the reply that had ticket t in its generation g.
  alignas(128) std::array<Word, kTickets> released{};
};

template <typename Words>
struct BasicControl {
  BasicWorkerPart<Words> worker;
  BasicHostPart<Words> host;
  std::array<BasicRequestSlot<Words>, kRingSlots> requests;
  std::array<BasicReplySlot<Words>, kRingSlots> replies;

  BasicRequestSlot<Words>& request(std::uint32_t sequence) noexcept {
    return requests[sequence % kRingSlots];
  }
  BasicReplySlot<Words>& reply(std::uint32_t sequence) noexcept {
    return replies[sequence % kRingSlots];
  }
};

using RequestSlot = BasicRequestSlot<SharedWords>;
using ReplySlot = BasicReplySlot<SharedWords>;
using WorkerPart = BasicWorkerPart<SharedWords>;
using HostPart = BasicHostPart<SharedWords>;
using Control = BasicControl<SharedWords>;
static_assert(sizeof(RequestSlot) == kSlotBytes);
static_assert(offsetof(ReplySlot, frame) + 24 == 64);
static_assert(sizeof(ReplySlot) == kSlotBytes);
static_assert(kRingSlots == 64 && (kSequenceMask + 1U) % kRingSlots == 0);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free &&
              sizeof(std::atomic<std::uint32_t>) == 4);

// Differs if host and worker were built with different layouts.
constexpr std::uint64_t abi_hash() noexcept {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::uint64_t value :
       {std::uint64_t{kProtocolVersion}, std::uint64_t{sizeof(Control)},
        std::uint64_t{sizeof(RobustMutex)}, std::uint64_t{offsetof(RequestSlot, frame)},
        std::uint64_t{offsetof(ReplySlot, frame)}, std::uint64_t{sizeof(void*)},
        std::uint64_t{kTickets}, std::uint64_t{kInlineFrame}, std::uint64_t{detail::kInlinePayload},
        std::uint64_t{offsetof(HostPart, released)},
        std::uint64_t{offsetof(ReplySlot, sender_parked)}}) {
    hash = (hash ^ value) * 0x100000001b3;
  }
  return hash;
}

}  // namespace inferpool::ipc
