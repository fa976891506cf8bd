// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/arguments.hpp"

#include "catch.hpp"
#include "unit/tools/usage_refusal.hpp"

namespace inferpool::test {
namespace {

using tools::AdviseArguments;

AdviseArguments parse(std::vector<const char*> arguments) {
  return tools::parse_advise_arguments(arguments);
}

std::string refusal_of(const std::vector<const char*>& arguments) {
  return refusal_by([&] { return parse(arguments); });
}

TEST_CASE("inferpool-advise takes settings and an input, and has defaults for the rest") {
  const AdviseArguments arguments = parse({"model-settings.json", "--input", "x.npy"});
  CHECK(arguments.settings == "model-settings.json");
  REQUIRE(arguments.inputs.size() == 1);
  CHECK(arguments.inputs[0].file == "x.npy");
  CHECK(arguments.worker.empty());
  CHECK_FALSE(arguments.workers);
  CHECK(arguments.seconds == 5);
  CHECK_FALSE(arguments.json);
  CHECK(arguments.svg.empty());
}

TEST_CASE("inferpool-advise takes its options in any order") {
  const AdviseArguments arguments =
      parse({"--json", "--input", "a=x.npy", "--seconds", "0.5", "s.json", "--worker", "bin/w",
             "--svg", "curve.svg", "--input", "b=y.npy", "--workers", "8"});
  CHECK(arguments.settings == "s.json");
  REQUIRE(arguments.inputs.size() == 2);
  CHECK(arguments.inputs[1].name == "b");
  CHECK(arguments.worker == "bin/w");
  CHECK(arguments.workers == 8);
  CHECK(arguments.seconds == 0.5);
  CHECK(arguments.svg == "curve.svg");
  CHECK(arguments.json);
}

TEST_CASE("a wrong command line of inferpool-advise is refused with the reason") {
  CHECK(refusal_of({"s.json"}) == "--input is missing (--no-inputs asks a model that has none)");
  CHECK(refusal_of({"s.json", "--fast"}) == "unknown argument \"--fast\"");
  CHECK(refusal_of({"s.json", "--workers", "1"}) ==
        "--workers takes a number from 2 to 64, not \"1\"");
  CHECK(refusal_of({"s.json", "--workers", "4x"}) ==
        "--workers takes a number from 2 to 64, not \"4x\"");
  for (const char* seconds : {"0", "3601", "nan", "", "1s"}) {
    CHECK_THAT(refusal_of({"s.json", "--seconds", seconds}),
               contains("--seconds takes a number from 0.1 to 3600"));
  }
}

}  // namespace
}  // namespace inferpool::test
