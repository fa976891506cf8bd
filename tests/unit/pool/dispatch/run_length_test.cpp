// SPDX-License-Identifier: Apache-2.0
#include "pool/dispatch/run_length.hpp"

#include <chrono>

#include "catch.hpp"

namespace inferpool::pool::dispatch {
namespace {

using namespace std::chrono_literals;

struct Lengths {
  void add(std::chrono::nanoseconds run, int times = 1) {
    for (int i = 0; i < times; ++i) length.add(rate.to_ticks(run));
  }
  [[nodiscard]] int fit(std::chrono::nanoseconds time) const { return length.fit_into(time); }
  [[nodiscard]] bool below(std::chrono::nanoseconds time) const { return length.below(time); }

  core::TickRate rate;
  RunLength length{rate};
};

TEST_CASE("before the first run nothing is known to be short") {
  const Lengths lengths;
  CHECK_FALSE(lengths.below(1h));
  CHECK(lengths.fit(1h) == 1);
}

TEST_CASE("as many runs fit into a time as the mean says, one at least and 31 at most") {
  const auto [run, fit] = GENERATE(table<std::chrono::nanoseconds, int>(
      {{1100ns, 4}, {3ms, 1}, {0ns, 31}, {1ns, 31}, {std::chrono::hours(24 * 365), 1}}));
  Lengths lengths;
  lengths.add(run);
  CHECK(lengths.fit(5us) == fit);
}

TEST_CASE("the mean follows what the last runs took") {
  Lengths lengths;
  lengths.add(1ms);
  CHECK_FALSE(lengths.below(50us));
  lengths.add(1us, 40);
  CHECK(lengths.below(50us));
  lengths.add(1ms);  // one long run
  CHECK_FALSE(lengths.below(50us));
}

TEST_CASE("a run is too long after some times the mean, and one that was not begun later") {
  Lengths lengths;
  lengths.add(10us);
  const std::uint64_t now = core::ticks();
  const TooLong limit = lengths.length.too_long(now);
  CHECK(limit.begun < now - lengths.rate.to_ticks(40us));
  CHECK(limit.begun > now - lengths.rate.to_ticks(60us));
  CHECK(limit.any < now - lengths.rate.to_ticks(200us));
  CHECK(limit.any > now - lengths.rate.to_ticks(400us));
  CHECK(lengths.length.too_long(7).begun == 0);
}

TEST_CASE("a worker that reports impossible times does no harm") {
  Lengths lengths;
  for (int i = 0; i < 3; ++i) {
    lengths.length.add(~std::uint64_t{0});
    CHECK(lengths.fit(5us) == 1);
    CHECK_FALSE(lengths.below(1h));
  }
  lengths.add(1us, 500);
  CHECK(lengths.below(50us));
}

}  // namespace
}  // namespace inferpool::pool::dispatch
