// SPDX-License-Identifier: Apache-2.0
// One side of a channel is interrupted by the other after each of its instructions. Whatever they
// do at once, they do in one of these orders, as long as stores become visible in order
// (ThreadSanitizer checks that in channel_test.cpp).

#include "catch.hpp"
#include "unit/ipc/single_steps.hpp"
#include "unit/ipc/trap_flag.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("host and worker agree, whichever instruction of one the other interrupts") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <chrono>
#include <optional>
#include <utility>

#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::AfterEachInstruction;
using test::ChannelEnds;

// Instructions that are counted in one test case.
constexpr long kBudget = 40'000;

// How many instructions a turn has, until it ends or sleeps.
template <typename Scene>
long length_of_turn() {
  Scene scene;
  long length = 0;
  core::TimePoint last = core::Clock::now();
  const AfterEachInstruction count([&] {
    const core::TimePoint now = core::Clock::now();
    if (now - std::exchange(last, now) > 500ms) {
      scene.interrupt();
      return false;
    }
    ++length;
    return true;
  });
  scene.turn();
  return length;
}

// Plays a scene without steps, so that each function is bound already in those that follow.
template <typename Scene>
void rehearse() {
  Scene scene;
  test::Sleeper side([&] { scene.turn(); });
  side.until_asleep();
  scene.interrupt();
  side.join();
}

// A scene is one side's turn, which the other side interrupts.
template <typename Scene>
void interrupt_everywhere() {
  if (test::skipped_without_steps()) return;
  rehearse<Scene>();
  const long length = length_of_turn<Scene>();
  REQUIRE(length > 50);
  const long stride = test::stride_for(length, kBudget);
  for (long instructions = 0; instructions < length; instructions += stride) {
    CAPTURE(instructions, length, stride);
    Scene scene;
    std::optional<core::TimePoint> interrupted;
    {
      long left = instructions;
      const AfterEachInstruction step([&] {
        if (left-- > 0) return true;
        scene.interrupt();
        interrupted = core::Clock::now();
        return false;
      });
      scene.turn();
    }
    if (!interrupted) break;  // this turn was shorter than the one that was measured
    // A sleep ends after a second in any case. If it lasts that long, a wake-up was lost.
    REQUIRE(core::Clock::now() - *interrupted < 900ms);
    REQUIRE(scene.is_right());
  }
}

struct Scene : ChannelEnds {
  std::uint32_t post() {
    WakeList wakes;
    return host.post({.call_id = 100, .frame = test::question(100)}, wakes);
  }
  void close() {
    WakeList wakes;
    host.close(wakes);
  }
};

struct RecallDuringTake : Scene {
  RecallDuringTake() : sequence(post()) { close(); }
  void turn() { taken = worker.take(); }
  void interrupt() { recalled = host.recall(sequence); }
  [[nodiscard]] bool is_right() const { return recalled != taken.has_value(); }

  std::uint32_t sequence;
  std::optional<std::uint32_t> taken;
  bool recalled = false;
};

TEST_CASE(
    "a request recalled during any instruction of its taking is begun or recalled, not both") {
  interrupt_everywhere<RecallDuringTake>();
}

struct PostDuringTake : Scene {
  void turn() { taken = worker.take(); }
  void interrupt() { posted = post(); }
  [[nodiscard]] bool is_right() const { return taken == posted; }

  std::uint32_t posted = 0;
  std::optional<std::uint32_t> taken;
};

TEST_CASE("a request posted during any instruction of a worker that goes to sleep is taken") {
  interrupt_everywhere<PostDuringTake>();
}

// The first request still runs when its slot's turn comes again.
struct PostPastLongRequest : PostDuringTake {
  PostPastLongRequest() {
    post();
    worker.take();
    for (std::uint32_t i = 2; i <= kRingSlots; ++i) {
      const std::uint32_t sequence = post();
      worker.take();
      host.finish(sequence);
    }
  }
};

TEST_CASE("a request posted past one that runs long is taken by a worker that goes to sleep") {
  interrupt_everywhere<PostPastLongRequest>();
}

struct CloseDuringTake : Scene {
  void turn() { left = !worker.take().has_value(); }
  void interrupt() { close(); }
  [[nodiscard]] bool is_right() const { return left; }

  bool left = false;
};

TEST_CASE("a ring closed during any instruction of a worker that goes to sleep is left") {
  interrupt_everywhere<CloseDuringTake>();
}

struct PostAndCloseDuringTake : PostDuringTake {
  void interrupt() {
    PostDuringTake::interrupt();
    close();
  }
};

TEST_CASE(
    "a request posted before the ring is closed is taken, whatever the worker was about to do") {
  interrupt_everywhere<PostAndCloseDuringTake>();
}

struct PublishDuringWait : Scene {
  PublishDuringWait() : sequence(post()) { worker.take(); }
  void turn() { test::await_reply(host, sequence); }
  void interrupt() { worker.publish(sequence, {.frame = answer}); }
  [[nodiscard]] bool is_right() const {
    test::Bytes frame(answer.size());
    host.copy_frame(sequence, frame);
    return host.answered(sequence) && host.head(sequence).call_id == 100 && frame == answer;
  }

  std::uint32_t sequence;
  test::Bytes answer = test::answer_to(test::question(100));
};

TEST_CASE("a reply published during any instruction of a caller that goes to sleep is seen") {
  interrupt_everywhere<PublishDuringWait>();
}

// A request that the worker has started and whose caller takes parts.
struct PartScene : Scene {
  PartScene() {
    WakeList wakes;
    sequence = host.post({.call_id = 100, .streams = true}, wakes);
    worker.take();
  }
  void send(std::uint32_t part) { worker.publish_part(sequence, part, {.frame = answer}); }
  void take() {
    WakeList wakes;
    host.take_part(sequence, wakes);
  }

  std::uint32_t sequence = 0;
  test::Bytes answer = test::answer_to(test::question(100));
};

struct SendDuringWait : PartScene {
  SendDuringWait() {
    host.park(sequence);  // it slept for the first part, too
    send(1);
    take();
  }
  void turn() {
    while (!host.part_available(sequence)) {
      const WaitFor part = host.park(sequence);
      if (!host.part_available(sequence)) wait({&part, 1}, std::nullopt);
    }
  }
  void interrupt() { send(2); }
  [[nodiscard]] bool is_right() const {
    test::Bytes frame(answer.size());
    host.copy_frame(sequence, frame);
    return host.part_available(sequence) && host.plausible(sequence) && frame == answer;
  }
};

TEST_CASE("a part published during any instruction of a caller that goes to sleep is seen") {
  interrupt_everywhere<SendDuringWait>();
}

struct TakeDuringSend : PartScene {
  TakeDuringSend() { send(1); }
  void turn() { taken = worker.await_taken(sequence, 1); }
  void interrupt() { take(); }
  [[nodiscard]] bool is_right() const { return taken; }

  bool taken = false;
};

TEST_CASE("a part taken during any instruction of a worker that waits for that is seen as taken") {
  interrupt_everywhere<TakeDuringSend>();
}

struct CancelDuringSend : TakeDuringSend {
  void interrupt() {
    WakeList wakes;
    host.cancel(sequence, wakes);
  }
  [[nodiscard]] bool is_right() const { return !taken; }
};

TEST_CASE("a caller that leaves during any instruction of a worker that waits for it is noticed") {
  interrupt_everywhere<CancelDuringSend>();
}

}  // namespace
}  // namespace inferpool::ipc

#endif
