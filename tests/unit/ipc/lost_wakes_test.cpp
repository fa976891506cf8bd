// SPDX-License-Identifier: Apache-2.0
#include "ipc/lost_wakes.hpp"

#include <array>

#include "catch.hpp"
#include "unit/ipc/channel_ends.hpp"
#include "unit/ipc/counted_wakes.hpp"
#include "unit/ipc/sleeper.hpp"

namespace inferpool::ipc {
namespace {

using namespace std::chrono_literals;
using test::CountedWakes;
using test::Sleeper;

// Two words that a thread sleeps on until the second one changes or the flag is set. Nobody is
// woken for the flag.
struct Bed {
  std::array<Word, 2> words{};
  std::atomic<bool> flag{false};

  [[nodiscard]] bool came() const { return words[1] != 0 || flag; }
  void sleep() const {
    const std::array waits{WaitFor{&words[0], 0}, WaitFor{&words[1], 0}};
    while (!came()) wait(waits, std::nullopt, [this] { return came(); });
  }
};

TEST_CASE("a wait whose word changes without a wake-up is counted, and ends all the same") {
  const CountedWakes counted;
  Bed bed;
  Sleeper sleeper([&] { bed.sleep(); });
  sleeper.until_asleep();
  bed.words[1] = 1;
  sleeper.join();
  CHECK(counted.lost == 1);
}

TEST_CASE("a wait for something that changes no word is counted") {
  const CountedWakes counted;
  Bed bed;
  Sleeper sleeper([&] { bed.sleep(); });
  sleeper.until_asleep();
  bed.flag = true;
  sleeper.join();
  CHECK(counted.lost == 1);
}

TEST_CASE("a wait that is woken, or in which nothing comes for seconds, is not counted") {
  const CountedWakes counted;
  Bed bed;
  const core::TimePoint start = core::Clock::now();
  Sleeper sleeper([&] { bed.sleep(); });
  while (core::Clock::now() < start + 1500ms) sleeper.until_asleep();
  bed.words[1] = 1;
  wake(&bed.words[1], 1);
  sleeper.join();
  CHECK(counted.lost == 0);
}

// What note_whole_second counts if the second ended just when the change came.
template <typename Later>
std::uint64_t counted_where(const Later& later) {
  const CountedWakes counted;
  Bed bed;
  bed.words[1] = 1;
  const std::array waits{WaitFor{&bed.words[0], 0}, WaitFor{&bed.words[1], 0}};
  std::atomic<bool> over{false};
  Sleeper sleeper([&] {
    note_whole_second(waits, [&] { return bed.came(); });
    over = true;
  });
  sleeper.until_asleep();
  later(bed, over);
  sleeper.join();
  return counted.lost;
}

TEST_CASE("a wake-up that comes a little later was not lost") {
  const auto wakes = [](Bed& bed, const std::atomic<bool>& over) {
    while (!over) wake(&bed.words[1], 1);  // it sleeps in slices, and looks between them
  };
  CHECK(counted_where(wakes) == 0);
}

TEST_CASE("a change that another thread takes a little later was not lost") {
  CHECK(counted_where([](Bed& bed, const auto&) { bed.words[1] = 0; }) == 0);
}

TEST_CASE("a change that nobody takes, and nobody is woken for, was lost") {
  CHECK(counted_where([](Bed&, const auto&) {}) == 1);
}

TEST_CASE("nothing is counted, and nothing waits longer, if nobody asked for it") {
  Bed bed;
  bed.words[1] = 1;
  const WaitFor one{&bed.words[1], 0};
  bool asked = false;
  note_whole_second({&one, 1}, [&] { return asked = true; });
  CHECK_FALSE(asked);
}

TEST_CASE("a worker that is not woken for a request counts it") {
  const CountedWakes counted;
  test::ChannelEnds ends;
  Sleeper worker([&] { ends.worker.take(); });
  while (ends.control->worker.parked == 0) std::this_thread::yield();
  worker.until_asleep();
  {  // as if the host had not seen that it sleeps
    ends.control->worker.parked = 0;
    WakeList wakes;
    ends.host.post({.call_id = 1}, wakes);
    ends.control->worker.parked = 1;
  }
  worker.join();
  CHECK(counted.lost == 1);
}

}  // namespace
}  // namespace inferpool::ipc
