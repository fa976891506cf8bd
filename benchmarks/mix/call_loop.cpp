// SPDX-License-Identifier: Apache-2.0
#include "mix/call_loop.hpp"

#include <thread>
#include <utility>

#include "mix/processor_time.hpp"
#include "models/work.hpp"

namespace bench {

CallLoop::CallLoop(Plan plan)
    : plan_(std::move(plan)),
      state_(static_cast<std::size_t>(plan_.callers)),
      callers_(
          plan_.callers, [this](int caller) { call_once(caller); },
          [this](int caller) { state_[static_cast<std::size_t>(caller)].begin = {}; }) {}

Slice CallLoop::measure(Nanoseconds slice) {
  for (Caller& caller : state_) caller.latencies = {};
  if (plan_.serve) plan_.serve(true);
  callers_.start();
  std::this_thread::sleep_for(slice / 4);
  const Clock::time_point begin = Clock::now();
  const double used = processor_seconds(plan_.servers);
  counts_ = true;
  std::this_thread::sleep_for(slice);
  counts_ = false;
  Slice measured{.seconds = nanoseconds(Clock::now() - begin) / 1e9,
                 .processor_seconds = processor_seconds(plan_.servers) - used};
  callers_.stop();
  if (plan_.serve) plan_.serve(false);
  for (const Caller& caller : state_) measured.latencies.add(caller.latencies);
  measured.calls = static_cast<double>(measured.latencies.count());
  return measured;
}

// Each measurement has the same random times, so that contenders get the same calls.
void CallLoop::prepare(Caller& caller, unsigned seed) {
  sleep_exactly();
  if (plan_.prepare) plan_.prepare();
  caller.random.seed(seed);
  caller.begin = Clock::now();
}

void CallLoop::call_once(int number) {
  Caller& caller = state_[static_cast<std::size_t>(number)];
  if (caller.begin == Clock::time_point{}) prepare(caller, static_cast<unsigned>(number) + 1);
  const Clock::time_point begin = await_next_call(caller);
  plan_.call(number);
  const Clock::time_point end = Clock::now();
  if (counts_.load(std::memory_order_relaxed)) caller.latencies.add(end - begin);
  think(caller, end);
}

Clock::time_point CallLoop::await_next_call(Caller& caller) {
  if (plan_.every == Nanoseconds::zero()) return caller.begin;
  std::exponential_distribution<double> gap(1.0 / static_cast<double>(plan_.every.count()));
  caller.begin += Nanoseconds(static_cast<Nanoseconds::rep>(gap(caller.random)));
  if (caller.begin > Clock::now()) std::this_thread::sleep_until(caller.begin);
  return caller.begin;
}

void CallLoop::think(Caller& caller, Clock::time_point answered) {
  if (plan_.every > Nanoseconds::zero()) return;
  caller.begin = answered;
  if (plan_.think == Nanoseconds::zero()) return;
  std::this_thread::sleep_for(plan_.think);
  caller.begin = Clock::now();
}

}  // namespace bench
