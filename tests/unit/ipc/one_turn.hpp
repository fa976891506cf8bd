// SPDX-License-Identifier: Apache-2.0
#pragma once

// One turn of a worker (take a request, answer it), cut off at some point, and its host.

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <utility>

#include "catch.hpp"
#include "ipc/reply_arena.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_memory.hpp"
#include "ipc/worker_ring.hpp"
#include "unit/ipc/channel_ends.hpp"

namespace inferpool::test {

enum class Caller { kSleeps, kSpins };
enum class Reply { kInSlot, kInBlock };
enum class Outcome { kAnswered, kLost, kTorn, kHung };

inline Bytes answer_of(Reply kind) {
  return Bytes(kind == Reply::kInSlot ? 200 : ipc::kInlineFrame + 200, std::byte{0xC3});
}

// The host, with one request that a worker has.
class TurnHost {
 public:
  explicit TurnHost(Reply kind)
      : answer_(answer_of(kind)), sequence_(memory_->ring().post({.call_id = kCallId}, wakes_)) {}

  [[nodiscard]] const ipc::WorkerMemory& memory() const { return *memory_; }
  bool recall() { return memory_->ring().recall(sequence_); }

  // Waits as a caller does: an available answer counts, even if its worker is dead.
  Outcome call(Caller caller) {
    using namespace std::chrono_literals;
    for (const core::TimePoint end = core::Clock::now() + 10s; core::Clock::now() < end;) {
      const bool dead = dead_.load() != 0;
      if (memory_->ring().answered(sequence_)) return collect();
      if (dead) return Outcome::kLost;
      if (caller == Caller::kSpins) continue;
      const std::array words{memory_->ring().park(sequence_), ipc::WaitFor{&dead_, 0}};
      if (!memory_->ring().answered(sequence_)) ipc::wait(words, end);
    }
    return Outcome::kHung;
  }

  // The kernel reported that the worker is gone.
  void worker_died() {
    dead_ = 1;
    ipc::wake(&dead_, 1);
  }

 private:
  static constexpr std::uint64_t kCallId = 4711;
  static constexpr std::size_t kReplyBytes = 64 * 1024;

  Outcome collect() {
    const ipc::ReplyHead head = memory_->ring().head(sequence_);
    std::array<std::byte, ipc::kInlineFrame> in_slot;
    memory_->ring().copy_frame(sequence_, in_slot);
    ipc::ReplyBlocks blocks(*memory_, head, false, memory_->reply_bytes());
    const bool whole =
        head.call_id == kCallId && std::ranges::equal(blocks.frame(in_slot), answer_);
    return whole ? Outcome::kAnswered : Outcome::kTorn;
  }

  Bytes answer_;
  std::shared_ptr<ipc::WorkerMemory> memory_ = ipc::WorkerMemory::create(kReplyBytes);
  ipc::Word dead_{0};
  ipc::WakeList wakes_;
  std::uint32_t sequence_;
};

// The worker of a host, in its own process. Ready for its turn when the constructor returns.
class TurnWorker {
 public:
  TurnWorker(const ipc::WorkerMemory& memory, Reply kind)
      : mapping_(memory.control_file(), ipc::Access::kReadWrite),
        arena_(std::make_shared<ipc::ReplyArena>(memory.reply_file(), control())),
        kind_(kind),
        answer_(answer_of(kind)) {}

  [[nodiscard]] ipc::Control& control() const {
    return *reinterpret_cast<ipc::Control*>(mapping_.data());
  }

  void turn(std::atomic<bool>& begun) {
    const std::uint32_t sequence = *ring_.take();
    begun.store(true);
    ipc::PublishedReply reply{.frame = answer_};
    if (kind_ == Reply::kInBlock) {
      reply.frame_offset = blocks_.store(answer_, {}).offset;
      const auto ticket = arena_->hold(std::move(blocks_.list()));
      reply.ticket = ticket.index;
      reply.generation = ticket.generation;
    }
    ring_.publish(sequence, reply);
  }

 private:
  ipc::Mapping mapping_;
  std::shared_ptr<ipc::ReplyArena> arena_;
  Reply kind_;
  Bytes answer_;
  ipc::WorkerRing ring_{control(), std::chrono::nanoseconds(0), 1};
  ipc::SentBlocks blocks_{*arena_};
};

struct Counts {
  long instructions = 0;
  int states = 0, recalled = 0, lost = 0, answered = 0;

  // Adds the result of a turn that was cut off.
  void add(Outcome outcome, bool could_be_recalled, bool begun) {
    REQUIRE((outcome == Outcome::kAnswered || outcome == Outcome::kLost));
    ++states;
    if (outcome == Outcome::kAnswered) {
      REQUIRE(begun);
      REQUIRE_FALSE(could_be_recalled);
      ++answered;
    } else if (could_be_recalled) {
      REQUIRE_FALSE(begun);
      ++recalled;
    } else {
      ++lost;
    }
  }

  void check() const {
    CAPTURE(instructions, states, recalled, lost, answered);
    REQUIRE(recalled > 0);
    REQUIRE(lost > 0);
    REQUIRE(answered > 0);
  }
};

}  // namespace inferpool::test
