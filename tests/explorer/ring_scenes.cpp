// SPDX-License-Identifier: Apache-2.0
// Requests on their way to the worker: the posted word, the doorbell, closing.
#include <array>

#include "explorer/ends.hpp"
#include "explorer/scenes.hpp"

namespace inferpool::explorer {
namespace {

void post_to_a_worker_that_parks(Stage& stage) {
  Ends ends(stage);
  stage.thread("host", [&] { ends.post(); });
  stage.thread("worker", [&] {
    stage.expect(ends.worker.take() == 1, "the worker takes the request");
    stage.expect(ends.input(1) == 10, "the request is whole");
  });
  stage.play();
}

void two_posts(Stage& stage) {
  Ends ends(stage);
  stage.thread("host", [&] {
    ends.post();
    ends.post();
  });
  stage.thread("worker", [&] {
    for (const std::uint32_t wanted : {1U, 2U}) {
      stage.expect(ends.worker.take() == wanted, "the worker takes both in order");
      stage.expect(ends.input(wanted) == 10 * wanted, "the request is whole");
    }
  });
  stage.play();
}

void two_serving_threads(Stage& stage) {
  Ends ends(stage);
  std::array<int, 3> taken{};
  const auto serve = [&] {
    while (const auto sequence = ends.worker.take()) {
      ++taken.at(*sequence);
      stage.expect(ends.input(*sequence) == 10 * *sequence, "the request is whole");
    }
  };
  ends.post();
  stage.thread("host", [&] { ends.post(); });
  stage.thread("one", serve, Stage::kWorker, true);
  stage.thread("another", serve, Stage::kWorker, true);
  stage.play();
  stage.expect(taken[1] == 1 && taken[2] == 1, "each request is taken once");
}

void recall(Stage& stage) {
  Ends ends(stage);
  int taken = 0;
  bool recalled = false;
  ends.post();
  stage.thread("host", [&] { recalled = ends.host.recall(1); });
  stage.thread(
      "worker", [&] { taken += ends.worker.take() == 1 ? 1 : 0; }, Stage::kWorker, true);
  stage.play();
  stage.expect(recalled == (taken == 0), "a request is either recalled or taken");
}

void recall_and_post(Stage& stage) {
  Ends ends(stage);
  std::array<int, 3> taken{};
  bool recalled = false;
  ends.post();
  stage.thread("host", [&] {
    recalled = ends.host.recall(1);
    if (recalled) ends.host.finish(1);
    ends.post();
  });
  stage.thread(
      "worker",
      [&] {
        while (const auto sequence = ends.worker.take()) ++taken.at(*sequence);
      },
      Stage::kWorker, true);
  stage.play();
  stage.expect(recalled == (taken[1] == 0), "a request is either recalled or taken");
  stage.expect(taken[2] == 1, "what comes behind one that was recalled is taken");
}

// The ring has wrapped around while the request in the first slot still runs, so the host leaves
// out the number of that slot.
void number_left_out(Stage& stage) {
  constexpr std::uint32_t kLeftOut = 1 + ipc::kRingSlots;
  Ends ends(stage);
  for (std::uint32_t i = 0; i < ipc::kRingSlots; ++i) {
    const std::uint32_t sequence = ends.post();
    ends.control.request(sequence).posted.store(ipc::posted_word(sequence, ipc::Posted::kStarted),
                                                Order::relaxed);
    if (i != 0) ends.host.finish(sequence);
  }
  ends.control.worker.consumed.store(kLeftOut, Order::relaxed);
  stage.thread("host", [&] { ends.post(); });
  stage.thread("worker", [&] {
    stage.expect(ends.worker.take() == kLeftOut + 1, "the next number is taken");
  });
  stage.play();
}

void announce(Stage& stage) {
  Ends ends(stage);
  stage.thread("host", [&] {
    ends.announce();
    ends.post();
  });
  stage.thread("worker", [&] { stage.expect(ends.worker.take() == 1, "the request is taken"); });
  stage.play();
}

void close(Stage& stage) {
  Ends ends(stage);
  stage.thread("host", [&] { ends.close(); });
  stage.thread("worker", [&] { stage.expect(!ends.worker.take(), "there is no request"); });
  stage.play();
}

void close_after_a_post(Stage& stage) {
  Ends ends(stage);
  stage.thread("host", [&] {
    ends.post();
    ends.close();
  });
  stage.thread("worker", [&] {
    stage.expect(ends.worker.take() == 1, "what was posted before the end is taken");
    stage.expect(!ends.worker.take(), "there is no other request");
  });
  stage.play();
}

void close_of_two_threads(Stage& stage) {
  Ends ends(stage);
  const auto leave = [&] { stage.expect(!ends.worker.take(), "there is no request"); };
  stage.thread("host", [&] { ends.close(); });
  stage.thread("one", leave);
  stage.thread("another", leave);
  stage.play();
}

constexpr Bounds kFewer{.stale_reads = 2};
// For scenes with three threads.
constexpr Bounds kTight{.stale_reads = 1, .preemptions = 2};

constexpr std::array kScenes{
    Scene{"a request that is posted while the worker parks is taken whole",
          post_to_a_worker_that_parks},
    Scene{"two requests are taken in the order in which they were posted", two_posts, kFewer},
    Scene{"two serving threads take each of two requests once", two_serving_threads, kTight},
    Scene{"a request is either recalled or taken", recall},
    Scene{"a request behind one that is recalled is taken", recall_and_post},
    Scene{"a request behind a number that is left out is taken", number_left_out},
    Scene{"a request that was announced is taken", announce},
    Scene{"a worker that parks leaves when it is closed", close},
    Scene{"what was posted before the end is taken before the worker leaves", close_after_a_post,
          kFewer},
    Scene{"both threads of a worker leave when it is closed", close_of_two_threads, kTight},
};

}  // namespace

std::span<const Scene> ring_scenes() { return kScenes; }

}  // namespace inferpool::explorer
