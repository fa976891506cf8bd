// SPDX-License-Identifier: Apache-2.0
// Replies on their way to the caller, which sleeps on the published word or on its own word.
#include <array>

#include "explorer/ends.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

void caller_that_parks(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  ends.post();
  stage.thread("worker", [&] { ends.serve(); });
  stage.thread("caller", [&] {
    caller.await(ends, 1);
    stage.expect(ends.answer(1) == 11, "the reply is whole");
  });
  stage.play();
}

void caller_that_is_told(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  ends.post();
  stage.thread("worker", [&] {
    const auto sequence = ends.worker.take();
    ends.worker.announce(*sequence);
    ends.publish(*sequence, ends.input(*sequence) + 1);
  });
  stage.thread("caller", [&] {
    caller.await(ends, 1);
    stage.expect(ends.answer(1) == 11, "the reply is whole");
  });
  stage.play();
}

void round_trip(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  stage.thread("caller", [&] {
    ends.post();
    caller.await(ends, 1);
    stage.expect(ends.answer(1) == 11, "the reply is whole");
    stage.expect(ends.host.plausible(1), "the worker writes what a worker may");
    ends.host.finish(1);
  });
  stage.thread("worker", [&] { ends.serve(); });
  stage.play();
  stage.expect(ends.host.passed(1), "the worker has passed the request");
}

// The host posts the next request of the same slot, as if all requests between had ended.
void slot_used_again(Stage& stage) {
  constexpr std::uint32_t kNext = 1 + ipc::kRingSlots;
  Ends ends(stage);
  Caller caller;
  HostRing later(ends.control, kNext);
  ends.post();
  stage.thread("caller", [&] {
    while (!ends.host.answered(1)) caller.wait(std::array{Caller::call(ends, 1)}, 0);
    stage.expect(ends.answer(1) == 11, "the first reply is whole");
    WakeList wakes;
    const Frame frame = frame_of(70);
    later.post({.call_id = kNext, .frame = frame}, wakes);
    wakes.flush();
    auto next = Caller::call(ends, kNext);
    next.where.ring = &later;
    while (!next.answered()) caller.wait(std::array{next}, 0);
    stage.expect(later.head(kNext).call_id == kNext, "the second reply is that of its request");
    Frame answer{};
    later.copy_frame(kNext, answer);
    stage.expect(number_in(answer) == 71, "the second reply is whole");
  });
  stage.thread("worker", [&] {
    ends.serve();
    ends.control.worker.consumed.store(kNext, Order::relaxed);
    ends.serve();
  });
  stage.play();
}

void notified_caller(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  Mutex lock;  // the pool's
  Plain<bool> done{false};
  ends.post();
  stage.thread("caller", [&] {
    for (std::uint32_t seen = 0;;) {
      lock.lock();
      seen = caller.waiter.seen();
      const bool is_done = done;
      lock.unlock();
      if (is_done) return;
      caller.wait(std::array{Caller::call(ends, 1)}, seen);
    }
  });
  stage.thread("another", [&] {
    WakeList wakes;
    lock.lock();
    done = true;
    caller.waiter.notify(wakes);
    lock.unlock();
    wakes.flush();
  });
  stage.play();
}

// Like notified_caller, for one thread that waits for many calls.
void notified_group(Stage& stage) {
  Ends ends(stage);
  Caller group(CallWait::First::kWaiter);
  Waiter of_call;
  of_call.join(group.waiter);
  ends.post();
  stage.thread("completing", [&] {
    while (group.waiter.seen() == 0) group.wait(std::array{Caller::call(ends, 1)}, 0);
  });
  stage.thread("another", [&] {
    WakeList wakes;
    of_call.notify(wakes);
  });
  stage.play();
}

void two_replies_for_one_thread(Stage& stage) {
  Ends ends(stage);
  Caller caller(CallWait::First::kWaiter);
  ends.post();
  ends.post();
  stage.thread("completing", [&] {
    const std::array calls{Caller::call(ends, 1), Caller::call(ends, 2)};
    for (std::array<bool, 2> told{}; !told[0] || !told[1];) {
      std::vector<Caller::Call> waited;
      for (std::size_t i = 0; i < calls.size(); ++i) {
        if (told.at(i)) continue;
        told.at(i) = calls.at(i).answered();
        if (!told.at(i)) waited.push_back(calls.at(i));
      }
      if (!waited.empty()) caller.wait(waited, 0);
    }
    stage.expect(ends.answer(1) == 11 && ends.answer(2) == 21, "both replies are whole");
  });
  stage.thread("worker", [&] {
    ends.serve();
    ends.serve();
  });
  stage.play();
}

constexpr Bounds kTight{.stale_reads = 2, .preemptions = 4};

constexpr std::array kScenes{
    Scene{"a reply that is published while its caller parks reaches it whole", caller_that_parks},
    Scene{"a reply that was announced reaches its caller", caller_that_is_told},
    Scene{"a round trip ends for both", round_trip, {.stale_reads = 2}},
    Scene{"a slot that is used again holds what belongs to the next request",
          slot_used_again,
          {.stale_reads = 1, .preemptions = 2}},
    Scene{"a caller that parks hears that its call is done", notified_caller},
    Scene{"a thread that waits for many calls hears of one that is done", notified_group},
    Scene{"a thread that waits for two replies gets both", two_replies_for_one_thread, kTight},
};

}  // namespace

std::span<const Scene> reply_scenes() { return kScenes; }

}  // namespace inferpool::explorer
