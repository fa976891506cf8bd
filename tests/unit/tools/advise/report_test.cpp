// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/report.hpp"

#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "unit/tools/advise/made_up_figures.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

std::string verdict_of(const Figures& figures) { return verdict_text(figures, judge(figures)); }

TEST_CASE("the report names the model, its input and the cores, and has a line for each pool") {
  const Figures figures = figures_of(1e-3, 2, {0.98, 1.95});
  const std::string text = to_text({"digits", "FP32 [1, 64]"}, figures, judge(figures));
  CHECK_THAT(text, contains("digits, asked with FP32 [1, 64], on 2 usable cores\n"));
  CHECK_THAT(text, contains("in-process          1000              1.00         1.0 ms\n"));
  CHECK_THAT(text, contains("         2          1950              1.95         1.0 ms\n"));
  CHECK_THAT(text, contains(verdict_text(figures, judge(figures))));
}

TEST_CASE(
    "the verdict says whether a pool pays, with how many workers, and from which run time on") {
  const std::string pays = verdict_of(figures_of(1e-3, 2, {0.98, 1.95, 1.96}));
  CHECK_THAT(pays, contains("A pool pays: with 2 workers it answers 1.9 times as many calls"));
  CHECK_THAT(pays, contains("2 workers answer more calls than one thread from a run time of about "
                            "20 us on"));
  CHECK_THAT(pays, contains("adds less than 5 % to a call from a run time of about "));
  CHECK_THAT(pays, contains("if the model is thread_safe"));
  const std::string too_short = verdict_of(figures_of(1e-6, 2, {0.25, 0.3}));
  CHECK_THAT(too_short, contains("A pool does not pay for throughput: at best, with 2 workers, it "
                                 "answers 0.30 times"));
  CHECK_THAT(too_short, contains("Its run is too short"));
}

TEST_CASE("the verdict says what limits, and what was not tried") {
  const std::string one_core = verdict_of(figures_of(1e-3, 1, {0.9, 0.9}));
  CHECK_THAT(one_core, contains("There is one usable core"));
  CHECK_THAT(one_core, !contains("answer more calls than one thread from"));
  Figures hindered = figures_of(5e-3, 2, {1, 1});
  hindered.loads[1].run = 10e-3;
  CHECK_THAT(verdict_of(hindered), contains("one takes 10 ms with 2 busy workers, 5.0 ms alone"));
  const std::string waits = verdict_of(figures_of(5e-3, 2, {1, 2, 3, 4}));
  CHECK_THAT(waits, contains("the model waits for something"));
  CHECK_THAT(waits, contains("4 workers were the most that were tried"));
  CHECK_THAT(
      verdict_of(figures_of(1e-3, 2, {0.9, 1.15}, 0.2)),
      contains("too close to tell whether a pool pays: with 2 workers it answers 0.92 to 1.38"));
  Figures heavy = figures_of(1e-3, 2, {1, 2});
  for (RunTimeFigures& at : heavy.probe) at.overhead = 1;
  CHECK_THAT(verdict_of(heavy), contains("to a call not even with a run time of 2.0 ms"));
}

TEST_CASE("the JSON report has the figures and the verdict, times in seconds") {
  const Figures figures = figures_of(1e-3, 2, {0.98, 1.95});
  const auto json =
      nlohmann::json::parse(to_json({"a \"model\" \xff", "FP32 [1]"}, figures, judge(figures)));
  CHECK(json["model"] == "a \"model\" \xEF\xBF\xBD");
  CHECK(json["usable_cores"] == 2);
  CHECK(json["run"]["median"] == 1e-3);
  CHECK(json["call"]["p99"].get<double>() == Approx(1.09e-3));
  CHECK(json["overhead"] == 50e-6);
  REQUIRE(json["pools"].size() == 2);
  CHECK(json["pools"][1]["workers"] == 2);
  CHECK(json["pools"][1]["calls_per_second"]["median"].get<double>() == Approx(1950));
  CHECK(json["probe"].size() == 5);
  CHECK(json["verdict"]["outcome"] == "pays");
  CHECK(json["verdict"]["limit"] == "none");
  CHECK(json["verdict"]["workers"] == 2);
  CHECK(json["verdict"]["break_even_run"].get<double>() == Approx(20e-6));
}

TEST_CASE("a run time that is not known is null in JSON") {
  const Figures figures = figures_of(1e-3, 1, {0.9, 0.9});
  const auto json = nlohmann::json::parse(to_json({}, figures, judge(figures)));
  CHECK(json["verdict"]["break_even_run"].is_null());
  CHECK(json["verdict"]["limit"] == "one_core");
}

}  // namespace
}  // namespace inferpool::test
