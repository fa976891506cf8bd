// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "measure/futex.hpp"
#include "measure/rounds.hpp"
#include "mix/measurements.hpp"
#include "mix/mixed_pool.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

// Two threads that wake each other and sleep in between: a round trip is two wake-ups.
class WakePair {
 public:
  ~WakePair() {
    there_ = kEnd;
    futex_wake(there_);
  }

  void work(Nanoseconds slice, Samples& samples) {
    time_each(slice, samples, [this] {
      there_ = ++turn_;
      futex_wake(there_);
      while (back_ != turn_) futex_wait(back_, turn_ - 1);
    });
  }

 private:
  static constexpr std::uint32_t kEnd = 0xffff'ffff;

  void answer() {
    for (std::uint32_t answered = 0;;) {
      futex_wait(there_, answered);
      const std::uint32_t turn = there_;
      if (turn == kEnd) return;
      if (turn == answered) continue;
      back_ = answered = turn;
      futex_wake(back_);
    }
  }

  Word there_{0};
  Word back_{0};
  std::uint32_t turn_ = 0;
  std::jthread other_{[this] { answer(); }};
};

// While it lives, a handler keeps the thread that calls handlers.
class BlockedHandler {
 public:
  explicit BlockedHandler(MixedPool& pool) {
    pool.async_infer(input_of({}), {},
                     [state = state_](const inferpool::Result<inferpool::Tensor>&) {
                       state->blocked = true;
                       state->blocked.notify_all();
                       state->released.wait(false);
                     });
    state_->blocked.wait(false);
  }
  ~BlockedHandler() {
    state_->released = true;
    state_->released.notify_all();
  }
  BlockedHandler(const BlockedHandler&) = delete;
  BlockedHandler& operator=(const BlockedHandler&) = delete;

 private:
  struct State {
    std::atomic<bool> blocked{false};
    std::atomic<bool> released{false};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

// How the quick requests are made.
struct Manner {
  const char* name;
  void (*ask)(MixedPool& pool);
  bool handler_blocked = false;
};

constexpr const char* kTable = "quick requests beside slow ones, 2 workers";

class QuickRequests {
 public:
  explicit QuickRequests(const Manner& manner) : manner_(manner) {}

  void ask(Nanoseconds slice, Samples& samples) {
    std::optional<BlockedHandler> blocked;
    if (manner_.handler_blocked) blocked.emplace(pool_);
    time_each(slice, samples, [this] { manner_.ask(pool_); });
  }

  // Beside a caller whose requests sleep for so long, one after the other.
  void ask_beside(Nanoseconds slow, Nanoseconds slice, Samples& samples) {
    std::atomic<bool> done = false;
    const std::jthread caller([&] {
      do {
        infer_mixed(pool_, {.asleep = static_cast<std::uint64_t>(slow.count())});
      } while (!done);
    });
    ask(slice, samples);
    done = true;
  }

 private:
  const Manner& manner_;
  MixedPool pool_{mixed_settings(2)};
};

// How many wake-ups the worse p99 beside slow requests is above the undisturbed one, for each run.
std::vector<double> wakes_above(const Rounds& rounds) {
  const auto of = [&](std::size_t contender, double q) { return rounds.quantiles(contender, q); };
  const auto undisturbed = of(0, 0.99), beside_one = of(1, 0.99), beside_many = of(2, 0.99);
  const auto two_wakes = of(3, 0.5);
  std::vector<double> wakes;
  for (std::size_t run = 0; run < undisturbed.size(); ++run)
    wakes.push_back((std::max(beside_one[run], beside_many[run]) - undisturbed[run]) /
                    (two_wakes[run] / 2));
  return wakes;
}

void measure(const Manner& manner, const Options& options, Results& results) {
  QuickRequests quick(manner);
  WakePair wakes;
  Rounds rounds(
      {{"undisturbed", [&](Nanoseconds t, Samples& s) { quick.ask(t, s); }},
       {"beside one that lasts",
        [&](Nanoseconds t, Samples& s) { quick.ask_beside(t + 5ms, t, s); }},
       {"beside many of 1 ms", [&](Nanoseconds t, Samples& s) { quick.ask_beside(1ms, t, s); }},
       {"two wake-ups", [&](Nanoseconds t, Samples& s) { wakes.work(t, s); }}},
      {.runs = options.runs, .slices = options.full ? 10 : 2, .slice = 60ms});
  rounds.run();
  for (std::size_t i = 0; i < rounds.contenders(); ++i)
    results.cells.push_back(percentiles(kTable, rounds.name(i), manner.name, "ns", rounds.all(i)));
  results.figures.push_back(
      {.what = std::string("quick requests beside slow ones, a worker idle, ") + manner.name +
               ": p99 above undisturbed",
       .runs = wakes_above(rounds),
       .relation = Relation::kAtMost,
       .target = 2,
       .unit = "wake-ups"});
}

}  // namespace

void measure_beside_slow(const Options& options, Progress& progress, Results& results) {
  progress.step("quick requests beside slow ones");
  const auto infer = [](MixedPool& pool) { infer_mixed(pool, {}); };
  const auto submit = [](MixedPool& pool) { keep(pool.submit(input_of({})).get()); };
  measure({"synchronous", infer}, options, results);
  measure({"asynchronous", submit}, options, results);
  measure({"with a blocked handler", infer, true}, options, results);
}

}  // namespace bench
