// SPDX-License-Identifier: Apache-2.0
#include "mix/figures.hpp"

#include <algorithm>

#include "catch.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;
using inferpool::test::contains;

// A second in which so many calls were answered, each with so much processor time.
Slice second(double calls, double processor_seconds_of_a_call) {
  return {.seconds = 1, .processor_seconds = calls * processor_seconds_of_a_call, .calls = calls};
}

MeasuredMix cell(const Mix& mix, const Slice& pool, const Slice& sleeping, const Slice& floor) {
  return {mix, {pool}, {sleeping}, {floor}};
}

MeasuredMix cell(const Mix& mix, double pool, double floor) {
  return cell(mix, second(pool, 1e-6), second(floor, 1e-6), second(floor, 1e-6));
}

Figure figure_of(const std::vector<MeasuredMix>& cells, const std::string& what) {
  Results results{"mix"};
  add_figures(cells, results);
  const auto found =
      std::find_if(results.figures.begin(), results.figures.end(),
                   [&](const Figure& figure) { return figure.what.starts_with(what); });
  REQUIRE(found != results.figures.end());
  return *found;
}

TEST_CASE("a promise about any mix is that of its worst cell, which the note names") {
  const std::vector<MeasuredMix> cells{cell({.callers = 1}, 900, 1000),
                                       cell({.callers = 8}, 400, 1000),
                                       cell({.callers = 4}, 700, 1000)};
  const Figure figure = figure_of(cells, "null model, any mix");
  CHECK(figure.value() == 0.4);
  CHECK_FALSE(figure.holds());
  CHECK_THAT(figure.note, contains("8 callers of 1 worker, model of no time; 1 of 3 miss it"));
}

TEST_CASE("a promise without a cell is not measured") {
  CHECK_FALSE(figure_of({}, "null model, any mix").not_measured.empty());
  CHECK_FALSE(figure_of({}, "null model, 32 in flight, where").not_measured.empty());
}

TEST_CASE("a long model is held against linear where the floor is slower") {
  const std::vector<MeasuredMix> cells{
      cell({.callers = 1'000, .workers = 1, .run = 1ms}, 900, 500)};
  CHECK(figure_of(cells, "model of 100 us or 1 ms, as many callers as cores, beside").value() ==
        inferpool::test::Approx(0.9));
}

TEST_CASE("four workers are held against the best number of workers for the same callers") {
  const std::vector<MeasuredMix> cells{cell({.callers = 8, .workers = 1}, 1000, 1000),
                                       cell({.callers = 8, .workers = 4}, 700, 1000),
                                       cell({.callers = 1, .workers = 1}, 9000, 9000)};
  CHECK(figure_of(cells, "4 workers").value() == 0.7);
}

TEST_CASE("a pool may use more processor time for a call in proportion to its higher rate") {
  const Slice sleeping = second(1000, 2e-6);
  const Slice floor = second(4000, 9e-6);
  const auto value = [&](const Slice& pool) {
    return figure_of({cell({}, pool, sleeping, floor)}, "processor time of a call, any mix")
        .value();
  };
  CHECK(value(second(1000, 4e-6)) == inferpool::test::Approx(2));
  CHECK(value(second(2000, 4e-6)) == inferpool::test::Approx(1));
  CHECK(value(second(500, 4e-6)) == inferpool::test::Approx(2));
}

TEST_CASE("calls in flight, open loops and one processor are not among any mix") {
  const std::vector<MeasuredMix> cells{
      cell({.callers = 32, .asynchronous = true}, 1e6, 3e6), cell({.percent = 50}, 1, 1000),
      cell({.one_processor = true}, 1, 1000), cell({.callers = 2}, 600, 1000)};
  CHECK(figure_of(cells, "null model, any mix").value() == 0.6);
  CHECK(figure_of(cells, "null model, 32 in flight, where").value() == 1e6);
  CHECK(figure_of(cells, "one processor for all").value() == 0.001);
}

}  // namespace
}  // namespace bench
