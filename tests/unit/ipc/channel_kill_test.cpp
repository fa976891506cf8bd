// SPDX-License-Identifier: Apache-2.0
// A worker is killed after each machine instruction of one turn (take a request, answer it), with a caller waiting.

#include "catch.hpp"

#if defined(__SANITIZE_THREAD__)
#define INFERPOOL_NO_STEPS "ThreadSanitizer does not run in a traced child of a process with threads"
#elif !defined(__x86_64__)
#define INFERPOOL_NO_STEPS "single steps are known to work on x86-64 alone"
#endif

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a worker killed at any instruction leaves a whole answer or none") {
  WARN("left out: " INFERPOOL_NO_STEPS);
}

#else

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>

#include "ipc/reply_arena.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_memory.hpp"
#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/shared_object.hpp"
#include "unit/ipc/sleeper.hpp"
#include "unit/ipc/stepped_child.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::answer_to;
using test::Bytes;
using test::SharedObject;
using test::SteppedChild;

constexpr std::uint64_t kCallId = 4711;
constexpr std::size_t kReplyBytes = 64 * 1024;

// Single steps in all of one test case. Past them, not every instruction is a point to be killed at.
constexpr long kStepBudget = 400'000;

enum class Caller { kSleeps, kSpins };
enum class Reply { kInSlot, kInBlock };

Bytes expected_frame(Reply reply) {
  Bytes frame = answer_to(test::question(kCallId));
  if (reply == Reply::kInBlock) frame.resize(kInlineFrame + 300, std::byte{0xC3});
  return frame;
}

// What the worker does: everything up to the first stop is set up before the steps.
void serve(const WorkerMemory& memory, Reply kind, std::atomic<int>& begun) {
  const Mapping mapping(memory.control_file(), Access::kReadWrite);
  auto& control = *reinterpret_cast<Control*>(mapping.data());
  WorkerRing ring(control, 0ns);
  const auto arena = std::make_shared<ReplyArena>(memory.reply_file(), control);
  SentBlocks blocks(arena);
  const Bytes large = expected_frame(kind);
  SteppedChild::stop();
  const std::uint32_t sequence = *ring.take();
  begun = 1;
  if (kind == Reply::kInSlot) {
    const RequestSlot& slot = ring.slot(sequence);
    ring.publish(sequence, {.frame = answer_to(std::span(slot.frame).first(slot.frame_bytes))});
  } else {
    const std::uint64_t offset = blocks.place(large, {}).offset;
    const auto ticket = arena->hold(blocks.take());
    ring.publish(sequence, {large, offset, ticket.index, ticket.generation});
  }
  SteppedChild::stop();
}

enum class Outcome { kAnswered, kLost, kTorn, kHung };

// The host, with one request in the hands of a worker.
class Host {
 public:
  Host() : sequence_(memory_->ring().post({.call_id = kCallId, .frame = question_}, wakes_)) {}

  [[nodiscard]] WorkerMemory& memory() const { return *memory_; }
  [[nodiscard]] bool answered() const { return memory_->ring().answered(sequence_); }
  bool recall() { return memory_->ring().recall(sequence_); }

  // As a caller does: an answer that stands counts, even of a dead worker.
  Outcome call(Caller caller, Reply reply) {
    for (const TimePoint end = Clock::now() + 10s; Clock::now() < end;) {
      const bool dead = dead_.load() != 0;
      if (answered()) return collect(reply);
      if (dead) return Outcome::kLost;
      if (caller == Caller::kSpins) continue;
      const std::array words{memory_->ring().park(sequence_), WaitFor{&dead_, 0}};
      if (!answered()) wait(words, end);
    }
    return Outcome::kHung;
  }

  // The kernel said that the worker is gone.
  void worker_died() {
    dead_ = 1;
    wake(&dead_, 1);
  }

 private:
  Outcome collect(Reply reply) {
    const ReplyHead head = memory_->ring().head(sequence_);
    Bytes in_slot(kInlineFrame);
    memory_->ring().copy_frame(sequence_, in_slot);
    ReplyBlocks blocks(memory_, head, false);
    const bool whole = head.call_id == kCallId && std::ranges::equal(blocks.frame(in_slot), expected_frame(reply));
    return whole ? Outcome::kAnswered : Outcome::kTorn;
  }

  const Bytes question_ = test::question(kCallId);
  std::shared_ptr<WorkerMemory> memory_ = std::make_shared<WorkerMemory>(kReplyBytes);
  Word dead_{0};
  WakeList wakes_;
  std::uint32_t sequence_;
};

struct Point {
  Outcome outcome = Outcome::kHung;
  bool finished = false;  // the turn has no so many instructions
  bool recalled = false;  // afterwards: nobody had begun it
  bool begun = false;     // the model ran
  bool slow = false;      // the caller learned of it late
  bool locks_survived = false;
};

Point kill_after(long steps, Caller caller, Reply reply, const test::OneProcessor& pinned) {
  Host host;
  const SharedObject<std::atomic<int>> begun;
  SteppedChild child([&] { serve(host.memory(), reply, *begun); });
  Point point;
  test::Sleeper thread([&] {
    pinned.leave();
    point.outcome = host.call(caller, reply);
  });
  if (caller == Caller::kSleeps) thread.until_asleep();
  point.finished = !child.step(steps);
  child.kill();
  const TimePoint reaped = Clock::now();
  host.worker_died();
  thread.join();
  point.slow = Clock::now() - reaped > 900ms;
  point.recalled = host.recall();
  point.begun = *begun != 0;
  const Mapping mapping(host.memory().control_file(), Access::kReadWrite);
  WorkerPart& part = reinterpret_cast<Control*>(mapping.data())->worker;
  point.locks_survived = part.take_mutex.try_lock() && part.reply_mutex.try_lock();
  return point;
}

// In instructions. -1: children cannot be traced here.
long length_of_turn(Reply reply) {
  Host host;
  const SharedObject<std::atomic<int>> begun;
  SteppedChild child([&] { serve(host.memory(), reply, *begun); });
  if (!child.traced()) return -1;
  long length = 0;
  while (child.step(1)) ++length;
  return length;
}

struct Counts {
  int points = 0, answered = 0, recalled = 0, lost = 0;
};

void count(const Point& point, Counts& counts) {
  REQUIRE((point.outcome == Outcome::kAnswered || point.outcome == Outcome::kLost));
  REQUIRE_FALSE(point.slow);
  REQUIRE(point.locks_survived);
  if (point.recalled) {
    REQUIRE_FALSE(point.begun);
    REQUIRE(point.outcome == Outcome::kLost);
  }
  if (point.outcome == Outcome::kAnswered) REQUIRE(point.begun);
  ++counts.points;
  ++(point.outcome == Outcome::kAnswered ? counts.answered : point.recalled ? counts.recalled : counts.lost);
}

TEST_CASE("a worker killed at any instruction leaves a whole answer or none") {
  const auto caller = GENERATE(Caller::kSleeps, Caller::kSpins);
  const auto reply = GENERATE(Reply::kInSlot, Reply::kInBlock);
  const test::OneProcessor pinned;
  const long length = length_of_turn(reply);
  if (length < 0) {
    WARN("left out: this system does not let a process trace its child");
    return;
  }
  const long stride = std::max(1L, length * length / 2 / kStepBudget);
  Counts counts;
  for (long steps = 0;; steps += stride) {
    CAPTURE(steps, length, stride);
    const auto point = kill_after(steps, caller, reply, pinned);
    count(point, counts);
    if (point.finished) break;
  }
  WARN(length << " " << stride << " " << counts.points << " " << counts.recalled << " " << counts.lost << " " << counts.answered);
  CAPTURE(length, stride, counts.points, counts.recalled, counts.lost, counts.answered);
  REQUIRE(counts.recalled > 0);
  REQUIRE(counts.lost > 0);
  REQUIRE(counts.answered > 0);
}

}  // namespace
}  // namespace inferpool::ipc

#endif
