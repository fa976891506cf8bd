// SPDX-License-Identifier: Apache-2.0
#include "mix/call_loop.hpp"

#include <string>
#include <thread>

#include "catch.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a closed loop counts its calls, each from its beginning") {
  CallLoop loop({.callers = 2, .call = [](int) { std::this_thread::sleep_for(1ms); }});
  Slice slice;
  while (slice.calls == 0) slice.add(loop.measure(20ms));  // a busy machine may run no caller
  CHECK(slice.seconds >= 0.02);
  CHECK(slice.latencies.quantile(0) >= 1e6);
}

TEST_CASE("a caller thinks after each answer, which is no part of a latency") {
  int calls = 0;
  CallLoop loop({.think = 5ms, .call = [&](int) { ++calls; }});
  const Clock::time_point begin = Clock::now();
  const Slice slice = loop.measure(20ms);
  CHECK(calls <= (Clock::now() - begin) / 5ms + 1);
  CHECK(slice.calls <= calls);
}

TEST_CASE("an open loop's latencies count from when the call came, also if that was long ago") {
  CallLoop loop({.every = 1us, .call = [](int) { std::this_thread::sleep_for(1ms); }});
  const Slice slice = loop.measure(20ms);
  // They came at once, and the last one waited for all others.
  CHECK(slice.latencies.quantile(0.999) >= 1e6 * (slice.calls - 1));
}

TEST_CASE("who serves is told before the first call and after the last, each time") {
  std::string told;
  std::atomic<bool> serves = false;
  std::atomic<bool> called_alone = false;
  CallLoop loop({.call = [&](int) { called_alone = called_alone || !serves; },
                 .serve =
                     [&](bool on) {
                       told += on ? '+' : '-';
                       serves = on;
                     }});
  (void)loop.measure(1ms);
  (void)loop.measure(1ms);
  CHECK(told == "+-+-");
  CHECK_FALSE(called_alone);
}

}  // namespace
}  // namespace bench
