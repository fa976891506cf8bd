// SPDX-License-Identifier: Apache-2.0
// Answers in parts: the published word one way, the caller word back.
#include <array>

#include "explorer/ends.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

// Like SentParts: sends each part once the part before it was taken, then the reply. Part n holds
// n, and the reply holds the number of parts that were taken.
void send_parts(Ends& ends, std::uint32_t sequence, std::uint32_t parts) {
  std::uint32_t sent = 0;
  while (sent < parts && ends.worker.await_taken(sequence, sent)) {
    ++sent;
    ends.publish_part(sequence, sent, sent);
  }
  const bool taken = ends.worker.await_taken(sequence, sent);
  ends.publish(sequence, taken ? sent : 0);
}

// Takes parts until the reply is available, but at most `most`.
std::uint32_t take_parts(Stage& stage, Ends& ends, Caller& caller, std::uint32_t most) {
  const std::array calls{Caller::call(ends, 1)};
  std::uint32_t taken = 0;
  while (taken < most && !calls[0].answered()) {
    if (!calls[0].part_available()) {
      caller.wait(calls, 0);
      continue;
    }
    stage.expect(ends.answer(1) == ++taken, "each part comes once and in its place");
    stage.expect(ends.host.plausible(1), "the worker writes what a worker may");
    ends.take_part(1);
  }
  return taken;
}

// Posts a request, and the worker starts its run.
void begin_run(Ends& ends) {
  ends.post(true);
  ends.worker.take();
}

void parts(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  begin_run(ends);
  stage.thread("worker", [&] { send_parts(ends, 1, 2); });
  stage.thread("caller", [&] {
    const std::uint32_t taken = take_parts(stage, ends, caller, 9);
    stage.expect(taken == 2, "all parts are taken before the reply stands");
    stage.expect(ends.answer(1) == 2, "the reply is whole");
  });
  stage.play();
}

void one_part(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  begin_run(ends);
  stage.thread("worker", [&] { send_parts(ends, 1, 1); });
  stage.thread("caller", [&] {
    stage.expect(take_parts(stage, ends, caller, 9) == 1, "the part is taken");
    stage.expect(ends.answer(1) == 1, "the reply is whole");
  });
  stage.play();
}

void cancelled_between_parts(Stage& stage) {
  Ends ends(stage);
  Caller caller;
  begin_run(ends);
  stage.thread("worker", [&] { send_parts(ends, 1, 2); });
  stage.thread("caller", [&] {
    take_parts(stage, ends, caller, 1);
    ends.cancel(1);
  });
  stage.play();
  stage.expect(ends.host.answered(1), "the run ends once its caller has left");
}

void cancelled_at_any_time(Stage& stage) {
  Ends ends(stage);
  begin_run(ends);
  stage.thread("worker", [&] { send_parts(ends, 1, 2); });
  stage.thread("caller", [&] { ends.cancel(1); });
  stage.play();
  stage.expect(ends.host.answered(1), "the run ends once its caller has left");
}

constexpr Bounds kTight{.stale_reads = 1, .preemptions = 2};

constexpr std::array kScenes{
    Scene{"a part is taken and then the reply", one_part, {.stale_reads = 1, .preemptions = 4}},
    Scene{"parts come one by one and whole", parts, kTight},
    Scene{"a run whose caller leaves after a part ends", cancelled_between_parts, kTight},
    Scene{"a run whose caller leaves at any time ends", cancelled_at_any_time},
};

}  // namespace

std::span<const Scene> part_scenes() { return kScenes; }

}  // namespace inferpool::explorer
