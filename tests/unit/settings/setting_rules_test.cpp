// SPDX-License-Identifier: Apache-2.0
// Which values each rule reads, and which it lets pass. What is said of those that a file or a host
// gives and a rule refuses is in settings_refusal_test and settings_test.
#include "settings/setting_rules.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "settings/json_reader.hpp"

namespace inferpool::settings {
namespace {

using namespace std::chrono_literals;
using Names = VariableNamesRule::Names;

json::Value value_of(const std::string& text) { return json::read(text, "a test"); }

// Whether the rule reads from JSON what it has written as JSON.
template <typename Rule, typename T>
bool reads_what_it_writes(const Rule& rule, const T& value) {
  return rule.read(value_of(json::write(rule.write(value)))) == value;
}

// A rule that reads nothing from any of these texts.
template <typename Rule>
void check_unread(const Rule& rule, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    CAPTURE(text);
    CHECK_FALSE(rule.read(value_of(text)).has_value());
  }
}

TEST_CASE("a whole number is read from a whole number, and from text only where that is allowed") {
  const WholeRule rule{1, 32};
  CHECK(rule.read(value_of("32")) == 32);
  CHECK(rule.read(value_of("-2147483648")) == std::numeric_limits<int>::min());
  check_unread(rule, {"\"3\"", "3.0", "3e0", "2147483648", "true", "null", "[3]", "{}"});
  const WholeRule or_text{1, 32, true};
  CHECK(or_text.read(value_of("\" 3 \"")) == 3);
  CHECK(or_text.read(value_of("3")) == 3);
  check_unread(or_text, {"\"3.0\"", "\"\"", "3.0", "false"});
}

TEST_CASE("a whole number may stand between blanks, and beside nothing else") {
  CHECK(parse_whole("7") == 7);
  CHECK(parse_whole(" \t\r\n\v\f-7 ") == -7);
  CHECK(parse_whole("2147483647") == std::numeric_limits<int>::max());
  for (const char* text : {"", " ", "3x", "x3", "3 4", "+3", "0x3", "3.", "2147483648"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_whole(text));
  }
}

TEST_CASE("a whole number holds from the least to the most") {
  const WholeRule rule{1, 32};
  CHECK(rule.holds(1));
  CHECK(rule.holds(32));
  CHECK_FALSE(rule.holds(0));
  CHECK_FALSE(rule.holds(33));
  CHECK(rule.accepted() == "a whole number from 1 to 32");
  CHECK(reads_what_it_writes(rule, -1));
  CHECK(kWorkersRule.holds(kDefaultWorkers));
}

TEST_CASE("a duration is read from text with a unit and from a number of seconds") {
  const DurationRule rule{0ns, 10ms};
  CHECK(rule.read(value_of("\"1.5min\"")) == 90s);
  CHECK(rule.read(value_of("2")) == 2s);
  CHECK(rule.read(value_of("0.25")) == 250ms);
  check_unread(rule, {"\"5 s\"", "\"\"", "true", "null", "[1]", "{}", "1e300"});
  CHECK(reads_what_it_writes(rule, Duration(1500ms)));
  CHECK(reads_what_it_writes(rule, Duration::max()));
}

TEST_CASE("a duration holds from the least to the most, by the nanosecond") {
  const DurationRule rule{1ns, 10ms};
  CHECK(rule.holds(1ns));
  CHECK(rule.holds(10ms));
  CHECK_FALSE(rule.holds(0ns));
  CHECK_FALSE(rule.holds(10ms + 1ns));
  CHECK_THAT(rule.accepted(), test::contains("from 1ns to 10ms"));
}

TEST_CASE("a size of memory is read from a number of bytes and from text with a unit") {
  const ByteSizeRule rule{1, 1 << 20};
  CHECK(rule.read(value_of("\"2GiB\"")) == 2ULL << 30U);
  CHECK(rule.read(value_of("65536")) == 65536U);
  check_unread(rule, {"1.0", "-1", "\"64MB\"", "\"\"", "18446744073709551616", "true", "null"});
  CHECK(reads_what_it_writes(rule, std::numeric_limits<std::uint64_t>::max()));
  CHECK(rule.holds(1));
  CHECK(rule.holds(1 << 20));
  CHECK_FALSE(rule.holds(0));
  CHECK_FALSE(rule.holds((1 << 20) + 1));
  CHECK_THAT(rule.accepted(), test::contains("from 1 to 1MiB"));
}

TEST_CASE("a switch is read from true and false alone") {
  const FlagRule rule;
  CHECK(rule.read(value_of("true")) == true);
  CHECK(rule.read(value_of("false")) == false);
  check_unread(rule, {"1", "0", "\"true\"", "null"});
  CHECK(reads_what_it_writes(rule, true));
  CHECK(reads_what_it_writes(rule, false));
}

TEST_CASE(
    "text is read from text, and from a whole number as it is written where that is allowed") {
  const TextRule rule;
  CHECK(rule.read(value_of("\"a b\"")) == "a b");
  check_unread(rule, {"3", "1.5", "true", "null"});
  const TextRule or_whole{.or_whole = true};
  CHECK(or_whole.read(value_of("30000000000000")) == "30000000000000");
  check_unread(or_whole, {"1.10", "3e0", "true", "null"});
  CHECK(reads_what_it_writes(rule, std::string("\"\\\n")));
}

TEST_CASE("text holds if it is neither empty nor has a NUL") {
  const TextRule rule;
  CHECK(rule.holds(" "));
  CHECK_FALSE(rule.holds(""));
  CHECK_FALSE(rule.holds(std::string("a\0b", 3)));
}

TEST_CASE("an object is kept as its text, without blanks") {
  const ObjectTextRule rule;
  CHECK(rule.read(value_of(R"({"a": [1, 2.50], "b": null})")) == R"({"a":[1,2.50],"b":null})");
  check_unread(rule, {"[{}]", "\"{}\"", "1", "null"});
  CHECK(reads_what_it_writes(rule, std::string(R"({"a":"b"})")));
}

TEST_CASE("the text of an object holds, and any other is written as the text that it is") {
  const ObjectTextRule rule;
  CHECK(rule.holds("{}"));
  CHECK(rule.holds(R"( {"a": 1} )"));
  for (const char* text : {"", "[1]", "{1}", "null", "{", "{} {}"}) {
    CAPTURE(text);
    CHECK_FALSE(rule.holds(text));
    CHECK(json::write(rule.write(text)) == json::write(json::make_text(text)));
  }
}

TEST_CASE("a list of CPUs holds if it is one for the first worker") {
  const CpuListRule rule;
  CHECK(rule.read(value_of("\"{index}\"")) == "{index}");
  check_unread(rule, {"3", "null", "[1]"});
  CHECK(rule.holds("0-3,8"));
  CHECK(rule.holds("{index},8-9"));
  CHECK(rule.holds("{index}-3"));
  CHECK_FALSE(rule.holds("3-{index}"));
  CHECK_FALSE(rule.holds("1024"));
  CHECK_FALSE(rule.holds(""));
  CHECK(reads_what_it_writes(rule, std::string("0-3")));
}

TEST_CASE("variables are all, none, or those of a list of names") {
  const VariableNamesRule rule;
  const auto choice = [&](const std::string& text) { return rule.read(value_of(text)).value(); };
  CHECK_FALSE(choice("true").has_value());
  CHECK(choice("false").value().empty());
  CHECK(choice(R"(["PATH", "LANG"])").value() == Names{"PATH", "LANG"});
  check_unread(rule, {"\"PATH\"", "null", "[1]", R"(["PATH", null])", "{}"});
  CHECK(json::write(rule.write(Names{"PATH", "LANG"})) == R"(["PATH","LANG"])");
}

TEST_CASE("names of variables hold if a process can have variables of these names") {
  const VariableNamesRule rule;
  CHECK(rule.holds(std::nullopt));
  CHECK(rule.holds(Names{}));
  CHECK(rule.holds(Names{"PATH", "A B"}));
  CHECK_FALSE(rule.holds(Names{"PATH", ""}));
  CHECK_FALSE(rule.holds(Names{"A=B"}));
  CHECK_FALSE(rule.holds(Names{std::string("A\0", 2)}));
}

TEST_CASE("a variable holds if a process can have it, up to the longest that the kernel takes") {
  const VariableRule rule;
  CHECK(rule.holds("A", ""));
  CHECK(rule.holds("A", "b=c"));
  CHECK_FALSE(rule.holds("", "b"));
  CHECK_FALSE(rule.holds("A=B", "c"));
  CHECK_FALSE(rule.holds(std::string("A\0", 2), "b"));
  CHECK_FALSE(rule.holds("A", std::string("b\0", 2)));
  CHECK(rule.holds("NAME", std::string(131070 - 4, 'x')));
  CHECK_FALSE(rule.holds("NAME", std::string(131070 - 3, 'x')));
  CHECK_THAT(rule.accepted(), test::contains("together at most 131070 bytes"));
  CHECK(rule.read(value_of("\"4\"")) == "4");
  check_unread(rule, {"4", "null", "true"});
  CHECK(reads_what_it_writes(rule, std::string("a\nb")));
}

TEST_CASE("a limit of resources has one of nine names, and a whole number of 64 bits") {
  const RlimitRule rule;
  for (const char* name :
       {"as", "core", "cpu", "data", "fsize", "memlock", "nofile", "nproc", "stack"}) {
    CAPTURE(name);
    CHECK(rule.holds(name, 0));
    CHECK_THAT(rule.accepted(), test::contains(name));
  }
  for (const char* name : {"", "files", "NOFILE", "sigpending"}) CHECK_FALSE(rule.holds(name, 1));
  CHECK(rule.read(value_of("18446744073709551615")) == std::numeric_limits<std::uint64_t>::max());
  check_unread(rule, {"18446744073709551616", "-1", "1.0", "\"1\"", "null"});
  CHECK(reads_what_it_writes(rule, std::numeric_limits<std::uint64_t>::max()));
}

enum class Colour { kRed, kBlue, kSecret };
const ChoiceRule<Colour> kColours{
    {{"red", Colour::kRed}, {"", Colour::kSecret}, {"blue", Colour::kBlue}}};

TEST_CASE("a choice is read by its name, and what has no name exists only in code") {
  CHECK(kColours.read(value_of("\"blue\"")) == Colour::kBlue);
  check_unread(kColours, {"\"Blue\"", "\"\"", "1", "null"});
  CHECK(kColours.accepted() == "\"red\" or \"blue\"");
  CHECK(reads_what_it_writes(kColours, Colour::kRed));
  CHECK(json::write(kColours.write(Colour::kSecret)) == "null");
}

TEST_CASE("a choice that is none of those that there are is written as its number") {
  CHECK(kColours.holds(Colour::kSecret));
  CHECK_FALSE(kColours.holds(static_cast<Colour>(7)));
  CHECK(json::write(kColours.write(static_cast<Colour>(7))) == "7");
}

}  // namespace
}  // namespace inferpool::settings
