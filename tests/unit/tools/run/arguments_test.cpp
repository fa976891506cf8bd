// SPDX-License-Identifier: Apache-2.0
#include "tools/run/arguments.hpp"

#include "catch.hpp"
#include "unit/tools/usage_refusal.hpp"

namespace inferpool::test {
namespace {

using tools::RunArguments;

RunArguments parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), {"s.json", "--input", "x.npy"});
  return tools::parse_run_arguments(arguments);
}

std::string refusal_of(const std::vector<const char*>& arguments) {
  return refusal_by([&] { return parse(arguments); });
}

TEST_CASE("inferpool-run asks once, with the workers of the settings, and writes nothing") {
  const RunArguments arguments = parse({});
  CHECK(arguments.settings == "s.json");
  CHECK(arguments.outputs.empty());
  CHECK_FALSE(arguments.workers);
  CHECK(arguments.repeat == 1);
}

TEST_CASE("inferpool-run takes workers, repetitions and outputs to be written") {
  const RunArguments arguments =
      parse({"--workers", "2", "--output", "a=y.npy", "--repeat", "100", "--output", "b=z.npy"});
  CHECK(arguments.workers == 2);
  CHECK(arguments.repeat == 100);
  REQUIRE(arguments.outputs.size() == 2);
  CHECK(arguments.outputs[0].name == "a");
  CHECK(arguments.outputs[1].file == "z.npy");
  CHECK_FALSE(parse({"--output", "y.npy"}).outputs[0].name);
}

TEST_CASE("a wrong command line of inferpool-run is refused with the reason") {
  CHECK(refusal_of({"--workers", "0"}) ==
        "--workers 0 would run the model in this program, which does not contain it; accepted: 1 "
        "to 1024");
  CHECK_THAT(refusal_of({"--workers", "1025"}),
             contains("--workers takes a number from 0 to 1024"));
  CHECK_THAT(refusal_of({"--repeat", "0"}), contains("--repeat takes a number from 1 to"));
  CHECK(refusal_of({"--output", "a="}) == "an --output names no file");
  CHECK(refusal_of({"--output", "x.npy", "--output", "a=y.npy"}) ==
        "several outputs need names: --output NAME=x.npy");
  CHECK(refusal_of({"--output", "a=x.npy", "--output", "y.npy"}) ==
        "several outputs need names: --output NAME=y.npy");
  CHECK(refusal_of({"--output", "a=x.npy", "--output", "a=y.npy"}) ==
        "the output \"a\" is given twice");
  CHECK(refusal_of({"--seconds", "1"}) == "unknown argument \"--seconds\"");
}

}  // namespace
}  // namespace inferpool::test
