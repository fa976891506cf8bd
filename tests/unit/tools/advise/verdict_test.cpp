// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/verdict.hpp"

#include <utility>

#include "catch.hpp"
#include "unit/tools/advise/made_up_figures.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("a model of a microsecond does not pay, because its run is too short") {
  const Verdict verdict = judge(figures_of(1e-6, 2, {0.25, 0.3, 0.31, 0.3}));
  CHECK(verdict.outcome == Outcome::kDoesNotPay);
  CHECK(verdict.limit == Limit::kTooShort);
  CHECK(verdict.gain.median == Approx(0.3));
  CHECK(verdict.break_even == Approx(20e-6));
}

TEST_CASE("a model that keeps its cores busy pays with a worker for each core") {
  const int cores = GENERATE(2, 3, 4);
  std::vector<double> gains{0.98, 1.95, 1.96, 1.97};
  for (int k = 3; k <= cores; ++k) gains[static_cast<std::size_t>(k) - 1] = 0.98 * k;
  const Verdict verdict = judge(figures_of(10e-3, cores, gains));
  CHECK(verdict.outcome == Outcome::kPays);
  CHECK(verdict.limit == Limit::kNone);
  CHECK(verdict.workers == (cores == 2 ? 2 : cores));
  CHECK_FALSE(verdict.waits);
  CHECK(verdict.more_may == (cores == 4));
}

TEST_CASE("the fewest of the workers that do about as well are advised") {
  CHECK(judge(figures_of(1e-3, 2, {1, 1.90, 1.94, 1.99})).workers == 2);
  CHECK(judge(figures_of(1e-3, 2, {1, 1.80, 1.85, 1.99})).workers == 4);
}

TEST_CASE("a model that waits pays with more workers than cores") {
  const int cores = GENERATE(1, 2);
  const Verdict verdict = judge(figures_of(5e-3, cores, {1, 2, 3, 4}));
  CHECK(verdict.outcome == Outcome::kPays);
  CHECK(verdict.workers == 4);
  CHECK(verdict.waits);
  CHECK(verdict.more_may);
}

TEST_CASE("a model that computes does not pay on one core") {
  const Verdict verdict = judge(figures_of(5e-3, 1, {0.98, 0.99}));
  CHECK(verdict.outcome == Outcome::kDoesNotPay);
  CHECK(verdict.limit == Limit::kOneCore);
  CHECK_FALSE(verdict.break_even);
  CHECK(verdict.small_overhead);
}

TEST_CASE(
    "a long run whose workers hinder each other is distinguished from one that is too short") {
  const Verdict verdict = judge(figures_of(5e-3, 2, {1, 1.02, 1.01, 1}));
  CHECK(verdict.outcome == Outcome::kDoesNotPay);
  CHECK(verdict.limit == Limit::kDoesNotScale);
  // Between the run times of the probe, and beyond both ends.
  CHECK(judge(figures_of(60e-6, 2, {0.9, 1, 1, 1})).limit == Limit::kDoesNotScale);
  CHECK(judge(figures_of(1, 2, {0.9, 1, 1, 1})).limit == Limit::kDoesNotScale);
  CHECK(judge(figures_of(22e-6, 2, {0.9, 1, 1, 1})).limit == Limit::kTooShort);
  CHECK(judge(figures_of(1e-7, 2, {0.1, 0.1, 0.1, 0.1})).limit == Limit::kTooShort);
}

TEST_CASE("figures on both sides of the limit are too close to tell") {
  const Verdict verdict = judge(figures_of(1e-3, 2, {0.9, 1.15}, 0.2));
  CHECK(verdict.outcome == Outcome::kTooClose);
  CHECK(verdict.limit == Limit::kNone);
  CHECK(verdict.gain.low == Approx(0.92));
  CHECK(verdict.gain.high == Approx(1.38));
  CHECK(judge(figures_of(1e-3, 2, {0.9, 1.9}, 0.2)).outcome == Outcome::kPays);
  CHECK(judge(figures_of(1e-3, 2, {0.4, 0.8}, 0.2)).outcome == Outcome::kDoesNotPay);
}

TEST_CASE("a run time that varies makes the gain as uncertain") {
  Figures figures = figures_of(1e-3, 2, {0.9, 1.2});
  figures.single.run = steady(1e-3, 0.2);
  CHECK(judge(figures).outcome == Outcome::kTooClose);
}

TEST_CASE("the overhead is small from the run time on after which it always was") {
  Figures figures = figures_of(1e-3, 2, {1, 2});
  CHECK(judge(figures).small_overhead.value() > 1e-3);
  CHECK(judge(figures).small_overhead.value() < 2e-3);
  // A short run, whose wait spins, may have less overhead than a longer one.
  figures.probe[2].overhead = 0.5e-6;
  CHECK(judge(figures).small_overhead.value() > 100e-6);
  for (RunTimeFigures& at : figures.probe) at.overhead = 0;
  CHECK(judge(figures).small_overhead == Approx(1e-6));
  figures.probe.back().overhead = 1;
  CHECK_FALSE(judge(figures).small_overhead);
}

TEST_CASE("the run time at which a pool begins to gain lies between those that were tried") {
  Figures figures = figures_of(1e-6, 2, {0.3, 0.3});
  figures.probe = {{.run = 10e-6, .gain = 0.8}, {.run = 40e-6, .gain = 1.2}};
  CHECK(judge(figures).break_even == Approx(20e-6));
  figures.probe = {{.run = 10e-6, .gain = 0.8}, {.run = 40e-6, .gain = 0.9}};
  CHECK_FALSE(judge(figures).break_even);
  figures.probe.clear();
  CHECK_FALSE(judge(figures).break_even);
}

TEST_CASE("one worker with several serving threads may pay") {
  const Verdict verdict = judge(figures_of(10e-3, 2, {1.9, 1.95}));
  CHECK(verdict.outcome == Outcome::kPays);
  CHECK(verdict.workers == 1);
}

TEST_CASE("calls that never ended make no verdict of a pool that pays") {
  CHECK(judge(figures_of(1e-3, 2, {0, 0})).outcome == Outcome::kDoesNotPay);
}

}  // namespace
}  // namespace inferpool::test
