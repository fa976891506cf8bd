// SPDX-License-Identifier: Apache-2.0
#pragma once

// The bytes that a host and a worker share. Three regions, each an anonymous memfd without a name
// in any file system; all numbers are native-endian, no pointer occurs.
//
//   requests   one a pool    host writes, worker maps read-only   payload blocks; the allocator
//                                                                 is the host's own
//   replies    one a worker  worker writes, host maps read-only   payload blocks; the allocator
//                                                                 is the worker's own
//   control    one a worker  both map read-write                  this struct; each byte has one
//                                                                 writer:
//
//     +-----------------+----------------------------------------------------------+
//     | worker's part   | parked, consumed, the two mutexes        written: worker  |
//     +-----------------+----------------------------------------------------------+
//     | host's part     | doorbell, closing, oversubscribed,       written: host    |
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
// Sequence number s (1, 2, 3, ...) uses slot s % 64 of both rings: the reply to a request lies in
// the slot of its number, so each caller waits on a word of its own. The worker takes numbers in
// order. One that it finds recalled, or whose slot has a later number already, is nobody's: it
// passes on. So a slot is free as soon as the host alone says so, and a request that runs long does
// not stop the ring: its slot is left out, its words stay as they are but for the posted word,
// which nobody needs once a request was started.
//
// A run whose caller takes its answer in parts publishes each in the slot of its reply, one at a
// time: the published word says that a part stands, the told word that the host has read it, after
// which the worker may write the next one, or the reply that ends the run, over it.

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
// From one slot to the next: an odd number of cache lines, so that the first lines of all slots,
// which are those that a small request and its reply take, fall into different sets of a cache.
// With 512 bytes they share one eighth of the sets, and push each other out between two uses.
inline constexpr std::size_t kSlotBytes = 9 * 64;
inline constexpr std::size_t kPopulated = 256 * 1024;  // of each payload region, at spawn
// A frame holds descriptions and payloads of up to kInlinePayload bytes; more than this is no
// frame.
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
// Whether a slot holds this number or a later one, by its posted word.
constexpr bool reached(std::uint32_t word, std::uint32_t sequence) noexcept {
  return state_of(word) != Posted::kNever &&
         ((sequence_of(word) - sequence) & kSequenceMask) <= kSequenceMask / 2;
}

// The published word: the number of the request, once its reply stands. While a part stands, two
// bits beside it say so, and whether the part is an odd one (the first, the third) or an even one.
constexpr std::uint32_t part_word(std::uint32_t sequence, std::uint32_t part) noexcept {
  return sequence | (part % 2 == 1 ? 1U << 30 : 2U << 30);
}

// The told word, by which the host speaks to a run: whether the caller has left, whether it takes
// parts, and how many it has taken, as far as 30 bits count them.
inline constexpr std::uint32_t kCallerLeft = 1;
inline constexpr std::uint32_t kCallerStreams = 2;
inline constexpr std::uint32_t kPartTaken = 4;  // one more
constexpr std::uint32_t parts_of(std::uint32_t caller_word) noexcept {
  return caller_word / kPartTaken;
}

// The structs are templates over how their words are touched: see SharedWords. The aliases at their
// end are what two processes share.
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

// Read by the host: each field is loaded once, atomically. The header and a small frame, up to 24
// bytes, share the first cache line: what a reply costs is the lines that move.
template <typename Words>
struct alignas(64) BasicReplySlot {
  template <typename T>
  using Atomic = typename Words::template Atomic<T>;

  Atomic<std::uint32_t> published{0};  // stored last
  Atomic<std::uint32_t> frame_bytes{0};
  Atomic<std::uint64_t> call_id{0};
  Atomic<std::uint32_t> ticket{0};      // kTickets: the reply holds no block
  Atomic<std::uint32_t> generation{0};  // of the ticket
  Atomic<std::uint64_t> started{0};     // in ticks(): the run, for statistics only
  Atomic<std::uint64_t> ended{0};
  union {
    std::array<std::byte, kInlineFrame> frame;
    std::uint64_t frame_offset;  // in `replies`, where frame_bytes > kInlineFrame
  };
  Atomic<std::uint32_t> sender_parked{0};  // the run sleeps on the told word
  std::array<std::byte, kSlotBytes - 44 - kInlineFrame> unused;
};

template <typename Words>
struct BasicWorkerPart {
  using Word = typename Words::template Atomic<std::uint32_t>;
  using Mutex = typename Words::Mutex;

  alignas(128) Word parked{0};  // serving threads that sleep on the doorbell
  // The next number to take; to the host a hint. On a line of its own: it changes with each
  // request, and the host reads `parked` with each.
  alignas(128) Word consumed{1};
  alignas(128) Mutex take_mutex;   // guards the order in which serving threads take requests
  alignas(128) Mutex reply_mutex;  // guards tickets, blocks and the order of replies
};

template <typename Words>
struct BasicHostPart {
  using Word = typename Words::template Atomic<std::uint32_t>;

  alignas(128) Word doorbell{0};
  Word closing{0};
  Word oversubscribed{0};  // see PostedRequest, of the last request
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

// A number that differs where host and worker were built so that they would disagree about these
// bytes.
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
