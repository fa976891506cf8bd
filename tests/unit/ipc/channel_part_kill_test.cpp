// SPDX-License-Identifier: Apache-2.0
// A worker is killed after a given number of instructions of an answer in parts, while a caller
// takes the parts.

#include "catch.hpp"
#include "unit/ipc/single_steps.hpp"
#include "unit/ipc/trap_flag.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE(
    "a caller gets whole parts in order from a worker killed at any instruction, and learns of its "
    "end") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>

#include "ipc/reply_arena.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/worker_memory.hpp"
#include "ipc/worker_ring.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/killed_turn.hpp"
#include "unit/ipc/shared_object.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::Bytes;
using test::Caller;
using test::ForkedChild;
using test::Outcome;
using test::Reply;
using test::SharedObject;

constexpr long kBudget = 100'000;  // instructions that are counted, for all points of one kind
constexpr std::uint32_t kParts = 3;
constexpr std::uint64_t kCallId = 4711;

Bytes part_of(Reply kind, std::uint32_t part) {
  return Bytes((kind == Reply::kInSlot ? 200 : kInlineFrame + 200) + part,
               static_cast<std::byte>(part));
}

// The host. Its one request was posted to a worker, and it takes the parts of the answer.
class PartsHost {
 public:
  explicit PartsHost(Reply kind)
      : kind_(kind), sequence_(ring().post({.call_id = kCallId, .streams = true}, wakes_)) {}

  [[nodiscard]] const WorkerMemory& memory() const { return *memory_; }
  [[nodiscard]] std::uint32_t parts() const { return parts_; }

  // What is available counts, even from a dead worker.
  Outcome call(Caller caller) {
    for (const core::TimePoint end = core::Clock::now() + 10s; core::Clock::now() < end;) {
      const bool dead = dead_.load() != 0;
      if (ring().answered(sequence_))
        return reads(kParts + 1) ? Outcome::kAnswered : Outcome::kTorn;
      if (ring().part_available(sequence_)) {
        if (!reads(++parts_)) return Outcome::kTorn;
        ring().take_part(sequence_, wakes_);
        wakes_.flush();
        continue;
      }
      if (dead) return Outcome::kLost;
      if (caller == Caller::kSpins) continue;
      const std::array words{ring().park(sequence_), WaitFor{&dead_, 0}};
      if (!ring().answered(sequence_) && !ring().part_available(sequence_)) wait(words, end);
    }
    return Outcome::kHung;
  }
  void worker_died() {
    dead_ = 1;
    wake(&dead_, 1);
  }

 private:
  HostRing& ring() { return memory_->ring(); }
  bool reads(std::uint32_t part) {
    const ReplyHead head = ring().head(sequence_);
    std::array<std::byte, kInlineFrame> in_slot;
    ring().copy_frame(sequence_, in_slot);
    ReplyBlocks blocks(*memory_, head, false, memory_->reply_bytes());
    return head.call_id == kCallId &&
           std::ranges::equal(blocks.frame(in_slot), part_of(kind_, part));
  }

  Reply kind_;
  std::shared_ptr<WorkerMemory> memory_ = WorkerMemory::create(64 * 1024);
  Word dead_{0};
  WakeList wakes_;
  std::uint32_t sequence_;
  std::uint32_t parts_ = 0;
};

struct Notes : test::TurnNotes {
  std::atomic<std::uint32_t> taken{0};  // parts that the worker knows were taken
};

// The worker, in a process of its own. The constructor makes the parts; a turn only publishes them.
class PartsWorker {
 public:
  PartsWorker(const WorkerMemory& memory, Reply kind)
      : mapping_(memory.control_file(), Access::kReadWrite),
        arena_(std::make_shared<ReplyArena>(memory.reply_file(), control())),
        sequence_(*ring_.take()) {
    for (std::uint32_t part = 1; part <= kParts + 1; ++part) {
      frames_[part - 1] = part_of(kind, part);
      replies_[part - 1] = held(frames_[part - 1]);
    }
  }

  void turn(Notes& notes) {
    for (std::uint32_t part = 1; part <= kParts; ++part) {
      ring_.publish_part(sequence_, part, replies_[part - 1]);
      if (ring_.await_taken(sequence_, part)) notes.taken = part;
    }
    ring_.publish(sequence_, replies_.back());
  }

 private:
  [[nodiscard]] Control& control() const { return *reinterpret_cast<Control*>(mapping_.data()); }
  PublishedReply held(const Bytes& frame) {
    PublishedReply reply{.frame = frame};
    if (frame.size() > kInlineFrame) {
      reply.frame_offset = blocks_.store(frame, {}).offset;
      const auto ticket = arena_->hold(std::move(blocks_.list()));
      reply.ticket = ticket.index;
      reply.generation = ticket.generation;
    }
    return reply;
  }

  Mapping mapping_;
  std::shared_ptr<ReplyArena> arena_;
  WorkerRing ring_{control(), std::chrono::nanoseconds(0), 1};
  SentBlocks blocks_{*arena_};
  std::uint32_t sequence_;
  std::array<Bytes, kParts + 1> frames_;
  std::array<PublishedReply, kParts + 1> replies_;
};

// Serves until it is killed after that many instructions. Returns 0 if the turn ended before.
int serve_until(long instructions, const WorkerMemory& memory, Reply kind, Notes& notes) {
  PartsWorker worker(memory, kind);
  test::turn_until_killed(instructions, notes, [&] { worker.turn(notes); });
  return 0;
}

// Plays a whole answer in this process, so that each function is bound already in its children.
void rehearse(Reply kind) {
  PartsHost host(kind);
  Notes notes;
  PartsWorker worker(host.memory(), kind);
  test::Sleeper sender([&] { worker.turn(notes); });
  sender.until_asleep();
  REQUIRE(host.call(Caller::kSleeps) == Outcome::kAnswered);
  sender.join();
}

struct States {
  int lost_before_any = 0, lost_after_some = 0, answered = 0;
};

// True if the turn ended before the worker could be killed.
bool kill_after(long instructions, Caller caller, Reply kind, States& states, long* length) {
  PartsHost host(kind);
  const SharedObject<Notes> notes;
  ForkedChild child([&] { return serve_until(instructions, host.memory(), kind, *notes); });
  const auto [outcome, finished] = test::call_across_death(host, caller, *notes, child);
  REQUIRE((outcome == Outcome::kAnswered || outcome == Outcome::kLost));
  REQUIRE(host.parts() >= notes->taken);
  if (outcome == Outcome::kAnswered) REQUIRE(host.parts() == kParts);
  ++(outcome == Outcome::kAnswered ? states.answered
     : host.parts() == 0           ? states.lost_before_any
                                   : states.lost_after_some);
  if (length != nullptr) *length = notes->instructions;
  return finished;
}

TEST_CASE(
    "a caller gets whole parts in order from a worker killed at any instruction, and learns of its "
    "end") {
  if (test::skipped_without_steps()) return;
  const auto caller = GENERATE(Caller::kSleeps, Caller::kSpins);
  const auto kind = GENERATE(Reply::kInSlot, Reply::kInBlock);
  rehearse(kind);
  States states;
  long length = 0;
  REQUIRE(kill_after(-1, caller, kind, states, &length));
  const long stride = test::stride_for(length, kBudget);
  bool finished = false;
  // Each kind begins at another instruction.
  const long first = stride * ((caller == Caller::kSleeps ? 2 : 0) + (kind == Reply::kInSlot)) / 4;
  for (long instructions = first; !finished; instructions += stride) {
    CAPTURE(instructions, stride, length);
    finished = kill_after(instructions, caller, kind, states, nullptr);
  }
  CAPTURE(length, stride, states.lost_before_any, states.lost_after_some, states.answered);
  CHECK(states.lost_before_any > 0);
  CHECK(states.lost_after_some > 0);
  CHECK(states.answered > 0);
}

}  // namespace
}  // namespace inferpool::ipc

#endif
