// SPDX-License-Identifier: Apache-2.0
// A worker stops in any state. The host then decides on its requests, as Dispatch does under the
// pool's lock: it reads those that were answered and recalls those that were not started. The
// others are lost.
#include <array>

#include "explorer/ends.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

enum class Fate { kNone, kAnswered, kRecalled, kLost };

// Decides on a request whose worker has ended.
Fate fate_of(Ends& ends, std::uint32_t sequence) {
  if (ends.host.answered(sequence)) return Fate::kAnswered;
  return ends.host.recall(sequence) ? Fate::kRecalled : Fate::kLost;
}

void two_requests(Stage& stage) {
  Ends ends(stage);
  std::array<bool, 3> begun{};
  std::array<bool, 3> published{};
  std::array<Fate, 3> fates{};
  ends.post();
  ends.post();
  stage.may_stop();
  stage.thread(
      "worker",
      [&] {
        while (const auto sequence = ends.worker.take()) {
          begun.at(*sequence) = true;
          ends.publish(*sequence, ends.input(*sequence) + 1);
          published.at(*sequence) = true;
        }
      },
      Stage::kWorker, true);
  stage.on_stop("watcher", [&] {
    for (const std::uint32_t sequence : {1U, 2U}) {
      fates.at(sequence) = fate_of(ends, sequence);
      if (fates.at(sequence) != Fate::kAnswered) continue;
      stage.expect(ends.answer(sequence) == 10 * sequence + 1, "an answer that stands is whole");
    }
  });
  stage.play();
  for (const std::uint32_t sequence : {1U, 2U}) {
    const Fate fate = stage.stopped() ? fates.at(sequence) : Fate::kAnswered;
    stage.expect(fate != Fate::kNone, "each request has a fate");
    stage.expect(fate != Fate::kRecalled || !begun.at(sequence), "what was begun is not recalled");
    stage.expect(fate == Fate::kAnswered || !published.at(sequence), "no answer is lost");
    stage.expect(stage.stopped() || published.at(sequence), "a worker that lives answers");
  }
}

// The caller sleeps until its reply is available or the watcher reports the fate of its request.
void caller_of_a_worker_that_stops(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  Mutex lock;  // the pool's
  Plain<Fate> fate{Fate::kNone};
  ends.post();
  stage.may_stop();
  stage.thread(
      "worker", [&] { ends.serve(); }, Stage::kWorker);
  stage.thread("caller", [&] {
    const std::array calls{Caller::call(ends, 1)};
    for (bool ended = false; !ended;) {
      lock.lock();
      const std::uint32_t seen = caller.waiter.seen();
      const Fate told = fate;
      lock.unlock();
      ended = told != Fate::kNone || calls[0].answered();
      if (!ended) caller.wait(calls, seen);
    }
  });
  stage.on_stop("watcher", [&] {
    WakeList wakes;
    lock.lock();
    fate = fate_of(ends, 1);
    caller.waiter.notify(wakes);
    lock.unlock();
    wakes.flush();
  });
  stage.play();
}

void worker_that_stops_at_a_post(Stage& stage) {
  Ends ends(stage);
  int begun = 0;
  Fate fate = Fate::kNone;
  Mutex lock;  // the pool's
  Plain<bool> posted{false};
  stage.may_stop();
  stage.thread("host", [&] {
    WakeList wakes;
    const Frame frame = frame_of(10);
    lock.lock();
    ends.host.post({.call_id = 1, .frame = frame}, wakes);
    posted = true;
    lock.unlock();
    wakes.flush();
  });
  stage.thread(
      "worker", [&] { begun += ends.worker.take() == 1 ? 1 : 0; }, Stage::kWorker, true);
  stage.on_stop("watcher", [&] {
    lock.lock();
    if (posted) fate = fate_of(ends, 1);
    lock.unlock();
  });
  stage.play();
  stage.expect(stage.stopped() || begun == 1, "a worker that lives takes the request");
  stage.expect(begun == 0 || fate != Fate::kRecalled, "what was begun is not recalled");
}

void part_of_a_worker_that_stops(Stage& stage) {
  Ends ends(stage);
  ends.post(true);
  ends.worker.take();
  stage.may_stop();
  stage.thread(
      "worker",
      [&] {
        ends.publish_part(1, 1, 7);
        if (ends.worker.await_taken(1, 1)) ends.publish(1, 8);
      },
      Stage::kWorker, true);
  stage.on_stop("watcher", [&] {
    if (ends.host.part_available(1)) {
      stage.expect(ends.answer(1) == 7, "a part that stands is whole");
    } else {
      stage.expect(fate_of(ends, 1) == Fate::kLost, "a run of which nothing stands is lost");
    }
    stage.expect(ends.host.plausible(1), "the worker wrote what a worker may");
  });
  stage.play();
}

// One of two serving threads stops in any state. The other thread gets its mutex.
void thread_that_stops(Stage& stage) {
  constexpr int kOne = 1;
  constexpr int kOther = 2;
  Ends ends(stage);
  std::array<int, 3> begun{};
  ends.post();
  ends.post();
  ends.close();
  const auto serve = [&] {
    while (const auto sequence = ends.worker.take()) ++begun.at(*sequence);
  };
  stage.may_stop(kOne);
  stage.thread("one", serve, kOne);
  stage.thread("another", serve, kOther);
  stage.play();
  for (const std::uint32_t sequence : {1U, 2U}) {
    stage.expect(begun.at(sequence) <= 1, "no request is taken twice");
    const bool lost = !ends.host.recall(sequence) && begun.at(sequence) == 0;
    stage.expect(!lost || stage.stopped(), "only who stops leaves a request behind");
  }
  stage.expect(begun[1] + begun[2] >= 1, "the other one takes what is left");
}

constexpr std::array kScenes{
    Scene{"each request of a worker that stops is answered, recalled or lost",
          two_requests,
          {.stale_reads = 2}},
    Scene{"a caller whose worker stops is told",
          caller_of_a_worker_that_stops,
          {.stale_reads = 1, .preemptions = 3}},
    Scene{"a request to a worker that stops meanwhile is not lost",
          worker_that_stops_at_a_post,
          {.stale_reads = 1, .preemptions = 3}},
    Scene{"a part that stood when its worker stopped is whole", part_of_a_worker_that_stops},
    Scene{"a serving thread that stops keeps no other from taking",
          thread_that_stops,
          {.stale_reads = 2}},
};

}  // namespace

std::span<const Scene> death_scenes() { return kScenes; }

}  // namespace inferpool::explorer
