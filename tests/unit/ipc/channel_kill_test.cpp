// SPDX-License-Identifier: Apache-2.0
// A worker dies after each machine instruction of one turn (take a request, answer it), with a caller waiting.

#include "catch.hpp"
#include "unit/ipc/trap_flag.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a worker that dies at any instruction leaves a whole answer or none") {
  WARN("left out: " INFERPOOL_NO_STEPS);
}

#else

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <span>

#include "ipc/reply_arena.hpp"
#include "ipc/wait_word.hpp"
#include "ipc/worker_memory.hpp"
#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/forked_child.hpp"
#include "unit/ipc/shared_object.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::AfterEachInstruction;
using test::Bytes;
using test::ForkedChild;
using test::SharedObject;

constexpr std::uint64_t kCallId = 4711;
constexpr std::size_t kReplyBytes = 64 * 1024;

enum class Caller { kSleeps, kSpins };
enum class Reply { kInSlot, kInBlock };
enum class Outcome { kAnswered, kLost, kTorn, kHung };

Bytes answer_of(Reply kind) {
  return Bytes(kind == Reply::kInSlot ? 200 : kInlineFrame + 200, std::byte{0xC3});
}

// The host, with one request in the hands of a worker.
class Host {
 public:
  explicit Host(Reply kind)
      : answer_(answer_of(kind)), sequence_(memory_->ring().post({.call_id = kCallId}, wakes_)) {}

  [[nodiscard]] const WorkerMemory& memory() const { return *memory_; }
  bool recall() { return memory_->ring().recall(sequence_); }

  // As a caller does: an answer that stands counts, even of a dead worker.
  Outcome call(Caller caller) {
    for (const TimePoint end = Clock::now() + 10s; Clock::now() < end;) {
      const bool dead = dead_.load() != 0;
      if (memory_->ring().answered(sequence_)) return collect();
      if (dead) return Outcome::kLost;
      if (caller == Caller::kSpins) continue;
      const std::array words{memory_->ring().park(sequence_), WaitFor{&dead_, 0}};
      if (!memory_->ring().answered(sequence_)) wait(words, end);
    }
    return Outcome::kHung;
  }

  // The kernel said that the worker is gone.
  void worker_died() {
    dead_ = 1;
    wake(&dead_, 1);
  }

 private:
  Outcome collect() {
    const ReplyHead head = memory_->ring().head(sequence_);
    std::array<std::byte, kInlineFrame> in_slot;
    memory_->ring().copy_frame(sequence_, in_slot);
    ReplyBlocks blocks(memory_, head, false);
    const bool whole = head.call_id == kCallId && std::ranges::equal(blocks.frame(in_slot), answer_);
    return whole ? Outcome::kAnswered : Outcome::kTorn;
  }

  Bytes answer_;
  std::shared_ptr<WorkerMemory> memory_ = std::make_shared<WorkerMemory>(kReplyBytes);
  Word dead_{0};
  WakeList wakes_;
  std::uint32_t sequence_;
};

// The worker of a host, in a process of its own. Ready for its turn once it is made.
class Worker {
 public:
  Worker(const WorkerMemory& memory, Reply kind)
      : mapping_(memory.control_file(), Access::kReadWrite),
        arena_(std::make_shared<ReplyArena>(memory.reply_file(), control())),
        kind_(kind),
        answer_(answer_of(kind)) {}

  [[nodiscard]] Control& control() const { return *reinterpret_cast<Control*>(mapping_.data()); }

  void turn(std::atomic<bool>& begun) {
    const std::uint32_t sequence = *ring_.take();
    begun.store(true);
    PublishedReply reply{.frame = answer_};
    if (kind_ == Reply::kInBlock) {
      reply.frame_offset = blocks_.place(answer_, {}).offset;
      const auto ticket = arena_->hold(blocks_.take());
      reply.ticket = ticket.index;
      reply.generation = ticket.generation;
    }
    ring_.publish(sequence, reply);
  }

 private:
  Mapping mapping_;
  std::shared_ptr<ReplyArena> arena_;
  Reply kind_;
  Bytes answer_;
  WorkerRing ring_{control(), 0ns};
  SentBlocks blocks_{arena_};
};

// A whole turn in this process, so that in its children each function is bound already.
void rehearse(Reply kind) {
  Host host(kind);
  std::atomic<bool> begun{false};
  Worker(host.memory(), kind).turn(begun);
  REQUIRE(host.call(Caller::kSpins) == Outcome::kAnswered);
}

struct Counts {
  long instructions = 0;
  int states = 0, recalled = 0, lost = 0, answered = 0;

  // How a turn looks that was cut off.
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

// --- each state of the shared memory in which a turn can be cut off ---

struct State {
  std::array<std::byte, sizeof(Control)> control;
  std::array<std::byte, 4096> replies;
  bool begun = false;
};

struct Film {
  std::array<State, 512> states;
  std::atomic<std::size_t> taken{0};
  std::atomic<long> instructions{0};
  std::atomic<bool> begun{false};

  // Keeps what is there now, where it is new.
  void shoot(const std::byte* control, const std::byte* replies) noexcept {
    const std::size_t count = taken;
    const auto same = [&](const State& last) {
      return last.begun == begun && std::memcmp(last.control.data(), control, sizeof(Control)) == 0 &&
             std::memcmp(last.replies.data(), replies, last.replies.size()) == 0;
    };
    if (count == states.size() || (count > 0 && same(states[count - 1]))) return;
    std::memcpy(states[count].control.data(), control, sizeof(Control));
    std::memcpy(states[count].replies.data(), replies, states[count].replies.size());
    states[count].begun = begun;
    taken = count + 1;
  }
};

int film_turn(const WorkerMemory& memory, Reply kind, Film& film) {
  Worker worker(memory, kind);
  const Mapping replies(memory.reply_file(), Access::kReadOnly);
  const auto* control = reinterpret_cast<const std::byte*>(&worker.control());
  const AfterEachInstruction shoot([&] {
    ++film.instructions;
    film.shoot(control, replies.data());
    return true;
  });
  worker.turn(film.begun);
  return 0;
}

TEST_CASE("a worker that dies at any instruction leaves a whole answer or none") {
  const auto kind = GENERATE(Reply::kInSlot, Reply::kInBlock);
  const SharedObject<Film> film;
  {
    const Host host(kind);
    ForkedChild child([&] { return film_turn(host.memory(), kind, *film); });
    REQUIRE(child.exit_code() == 0);
  }
  REQUIRE(film->taken < film->states.size());
  Counts counts{.instructions = film->instructions};
  for (std::size_t i = 0; i < film->taken; ++i) {
    const State& state = film->states[i];
    Host host(kind);
    REQUIRE(pwrite(host.memory().control_file().fd(), state.control.data(), state.control.size(), 0) > 0);
    REQUIRE(pwrite(host.memory().reply_file().fd(), state.replies.data(), state.replies.size(), 0) > 0);
    host.worker_died();
    const Outcome outcome = host.call(Caller::kSleeps);
    counts.add(outcome, host.recall(), state.begun);
  }
  counts.check();
}

// --- SIGKILL itself ---

// Instructions that are counted, for all points of one kind together.
constexpr long kBudget = 40'000;

struct Notes {
  Word go{0};
  std::atomic<bool> begun{false};
  std::atomic<long> instructions{0};
};

// Killed after so many instructions of its turn. 0: it was done before.
int serve_until(long instructions, const WorkerMemory& memory, Reply kind, Notes& notes) {
  Worker worker(memory, kind);
  const WaitFor go{&notes.go, 0};
  while (notes.go == 0) wait({&go, 1}, std::nullopt);
  const AfterEachInstruction count([&] {
    if (notes.instructions++ == instructions) kill(getpid(), SIGKILL);
    return true;
  });
  worker.turn(notes.begun);
  return 0;
}

// True: the turn was done before it could be killed.
bool kill_after(long instructions, Caller caller, Reply kind, Counts& counts) {
  Host host(kind);
  const SharedObject<Notes> notes;
  ForkedChild child([&] { return serve_until(instructions, host.memory(), kind, *notes); });
  Outcome outcome = Outcome::kHung;
  test::Sleeper thread([&] { outcome = host.call(caller); });
  if (caller == Caller::kSleeps) thread.until_asleep();
  notes->go = 1;
  wake(&notes->go, 1);
  const bool finished = child.exit_code() == 0;
  const TimePoint reaped = Clock::now();
  host.worker_died();
  thread.join();
  REQUIRE(Clock::now() - reaped < 900ms);
  counts.add(outcome, host.recall(), notes->begun);
  const Mapping mapping(host.memory().control_file(), Access::kReadWrite);
  WorkerPart& left = reinterpret_cast<Control*>(mapping.data())->worker;
  for (RobustMutex* mutex : {&left.take_mutex, &left.reply_mutex}) {
    REQUIRE(mutex->try_lock());
    mutex->unlock();
  }
  return finished;
}

TEST_CASE("a caller hears of a worker killed at any instruction, and its locks can be taken") {
  const auto caller = GENERATE(Caller::kSleeps, Caller::kSpins);
  const auto kind = GENERATE(Reply::kInSlot, Reply::kInBlock);
  rehearse(kind);
  Counts counts;
  {
    const Host host(kind);
    const SharedObject<Notes> notes;
    notes->go = 1;
    ForkedChild child([&] { return serve_until(-1, host.memory(), kind, *notes); });
    REQUIRE(child.exit_code() == 0);
    counts.instructions = notes->instructions;
  }
  const long stride = test::stride_for(counts.instructions, kBudget);
  bool finished = false;
  for (long instructions = 0; !finished; instructions += stride) {
    CAPTURE(instructions, stride);
    finished = kill_after(instructions, caller, kind, counts);
  }
  counts.check();
}

}  // namespace
}  // namespace inferpool::ipc

#endif
