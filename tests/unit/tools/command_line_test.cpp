// SPDX-License-Identifier: Apache-2.0
#include "tools/command_line.hpp"

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "unit/tools/usage_refusal.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

// What a tool with the options --count N and --share X makes of a command line.
struct Read : ModelArguments {
  int count = 0;
  double share = 0;
};

Read read(const std::vector<const char*>& words) {
  Read result;
  CommandLine line(words);
  line.read(result, [&](std::string_view option) {
    if (option == "--count") {
      result.count = line.number(option, 1, 9);
    } else if (option == "--share") {
      result.share = line.number(option, 0.5, 2.0);
    } else {
      return false;
    }
    return true;
  });
  return result;
}

std::string refusal_of(const std::vector<const char*>& words) {
  return refusal_by([&] { return read(words); });
}

TEST_CASE("a command line has settings, inputs and options in any order") {
  const Read line = read({"--json", "--input", "a=x.npy", "--share", "0.5", "s.json", "--worker",
                          "bin/w", "--input", "b=y.npy", "--count", "8"});
  CHECK(line.settings == "s.json");
  REQUIRE(line.inputs.size() == 2);
  CHECK(line.inputs[0].name == "a");
  CHECK(line.inputs[1].file == "y.npy");
  CHECK(line.worker == "bin/w");
  CHECK(line.json);
  CHECK_FALSE(line.help);
  CHECK(line.count == 8);
  CHECK(line.share == 0.5);
}

TEST_CASE("an input may have any name, any path, or not be there at all", "[W16]") {
  const Read line = read({"s.json", "--input-tensor", "a=b", "--input", "--input-tensor", "=",
                          "x=1.npy", "--input", "gpu_0/data_0=y.npy"});
  REQUIRE(line.inputs.size() == 3);
  CHECK(line.inputs[0].name == "a=b");
  CHECK(line.inputs[0].file == "--input");
  CHECK(line.inputs[1].name == "=");
  CHECK(line.inputs[1].file == "x=1.npy");
  CHECK(line.inputs[2].name == "gpu_0/data_0");
  const Read unnamed = read({"s.json", "--input-file", "lr=0.1/x.npy"});
  CHECK_FALSE(unnamed.inputs.at(0).name);
  CHECK(unnamed.inputs.at(0).file == "lr=0.1/x.npy");
  CHECK(read({"s.json", "--no-inputs"}).inputs.empty());
}

TEST_CASE("--help needs nothing else") { CHECK(read({"--help"}).help); }

TEST_CASE("a command line that is wrong is refused with the reason") {
  CHECK(refusal_of({}) == "which model-settings.json?");
  CHECK(refusal_of({"s.json"}) == "--input is missing (--no-inputs asks a model that has none)");
  CHECK(refusal_of({"s.json", "--no-inputs", "--input", "x.npy"}) ==
        "--no-inputs, but there is an --input");
  CHECK(refusal_of({"s.json", "--input-tensor", "a"}) == "--input-tensor needs a name and a file");
  CHECK(refusal_of({"s.json", "--input-tensors", "a"}) == "unknown argument \"--input-tensors\"");
  CHECK(refusal_of({"s.json", "--input-file", ""}) == "an --input names no file");
  for (const auto& empty : {std::vector<const char*>{"s.json", "--input", "=x.npy"},
                            std::vector<const char*>{"s.json", "--input-tensor", "", "x.npy"}}) {
    CHECK(refusal_of(empty) ==
          "an --input has an empty name, which no tensor of a Request may have");
  }
  CHECK(refusal_of({"s.json", "--input"}) == "--input needs a value");
  CHECK(refusal_of({"s.json", "--input", "a="}) == "an --input names no file");
  CHECK(refusal_of({"s.json", "--input", "x.npy", "--input", "a=y.npy"}) ==
        "several inputs need names: --input NAME=x.npy");
  CHECK(refusal_of({"s.json", "--input", "a=x.npy", "--input", "a=y.npy"}) ==
        "the input \"a\" is given twice");
  CHECK(refusal_of({"s.json", "t.json", "--input", "x.npy"}) == "unknown argument \"t.json\"");
  CHECK(refusal_of({"s.json", "--fast"}) == "unknown argument \"--fast\"");
}

TEST_CASE("a number on a command line is whole, in its range and nothing else") {
  for (const char* count : {"0", "10", "4x", "", "1.5"}) {
    CHECK(refusal_of({"s.json", "--count", count}) ==
          std::string("--count takes a number from 1 to 9, not \"") + count + '"');
  }
  for (const char* share : {"0.4", "2.1", "nan", "", "1s"}) {
    CHECK_THAT(refusal_of({"s.json", "--share", share}),
               contains("--share takes a number from 0.5 to 2"));
  }
}

}  // namespace
}  // namespace inferpool::test
