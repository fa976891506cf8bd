// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <string_view>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "settings/json_reader.hpp"

namespace inferpool::settings::json {
namespace {

// What read() says to a text that it refuses.
std::string refusal(std::string_view text) {
  try {
    (void)read(text, "some.json");
  } catch (const Error& error) {
    REQUIRE(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
  return "accepted";
}

std::string rewritten(std::string_view text) { return write(read(text, "some.json")); }

std::string nested(std::size_t levels) {
  return std::string(levels, '[') + std::string(levels, ']');
}

TEST_CASE("a document is read with its order") {
  REQUIRE(rewritten(R"( {"b": [1, {"x": null}, []], "a": {"c": true, "d": false}, "e": {}} )") ==
          R"({"b":[1,{"x":null},[]],"a":{"c":true,"d":false},"e":{}})");
}

TEST_CASE("numbers keep the digits that they were written with") {
  REQUIRE(rewritten("[1.70, 1e9, -0.0, 1E-400, 100000000000000000000]") ==
          "[1.70,1e9,-0.0,1E-400,100000000000000000000]");
  const Value numbers = read("[1, -1, 1.0, 100000000000000000000]", "some.json");
  REQUIRE(numbers.elements[0].kind == Value::Kind::kWhole);
  REQUIRE(numbers.elements[1].kind == Value::Kind::kWhole);
  REQUIRE(numbers.elements[2].kind == Value::Kind::kFraction);
  REQUIRE(numbers.elements[3].kind == Value::Kind::kFraction);
}

TEST_CASE("escapes in text are resolved") {
  const Value text = read(R"("\u00e9\n\"\u0000")", "some.json");
  REQUIRE(text.kind == Value::Kind::kText);
  REQUIRE(text.text == std::string("\xc3\xa9\n\"\0", 5));
}

TEST_CASE("what is not JSON is refused with line, column and what was expected") {
  struct Case {
    const char* text;
    std::string said;
  };
  const std::string value =
      "a value: an object, an array, text in double quotes, a number, true, false or null";
  const Case cases[] = {
      {"{\n  \"a\": 1,\n}", "line 3, column 1: unexpected '}'; expected a name in double quotes"},
      {"{\"a\" 1}", "line 1, column 6: unexpected number literal; expected ':'"},
      {"{\"a\": 1 \"b\": 2}", "line 1, column 11: unexpected string literal; expected ',' or '}'"},
      {"[1\n 2]", "line 2, column 2: unexpected number literal; expected ',' or ']'"},
      {"{\"a\": }", "line 1, column 7: unexpected '}'; expected " + value},
      {"{\"a\":\nNaN}", "line 2, column 1: invalid literal 'NaN'; expected " + value},
      {"[nul]", "line 1, column 5: invalid literal ']'; expected " + value},
      {"{'a': 1}", "line 1, column 2: invalid literal '''; expected a name in double quotes"},
      {"{\"a\": 1} x",
       "line 1, column 10: invalid literal 'x'; expected nothing more after the document"},
      {"{} {}", "line 1, column 4: unexpected '{'; expected nothing more after the document"},
      {"{\"a\": 1", "line 1, column 8: unexpected end of input; expected ',' or '}'"},
      {"[tru", "line 1, column 5: invalid literal; expected " + value},
      {"", "line 1, column 1: unexpected end of input; expected " + value},
      {"[\"a]", "line 1, column 5: invalid string: missing closing quote; expected " + value},
      {"[01]", "line 1, column 3: unexpected number literal; expected ',' or ']'"},
      {"[+1]", "line 1, column 2: invalid literal '+1'; expected " + value},
      {"[-]", "line 1, column 3: invalid number; expected digit after '-'"},
  };
  for (const Case& each : cases) {
    CAPTURE(each.text);
    CHECK(refusal(each.text) == "invalid_settings: some.json: " + each.said);
  }
}

TEST_CASE("comments are refused as what they are") {
  REQUIRE(refusal("{\n  // workers\n  \"a\": 1\n}") ==
          "invalid_settings: some.json: line 2, column 3: comments are not allowed");
  REQUIRE(refusal("{\"a\": /* four */ 4}") ==
          "invalid_settings: some.json: line 1, column 7: comments are not allowed");
  REQUIRE(refusal("{}\n// the end") ==
          "invalid_settings: some.json: line 2, column 1: comments are not allowed");
}

TEST_CASE("a name that occurs twice in an object is refused with its path") {
  REQUIRE(refusal(R"({"a": 1, "b": 2, "a": 1})") ==
          "invalid_settings: some.json: a is given twice");
  REQUIRE(refusal(R"({"pool": {"env": {"A": "1", "A": "2"}}})") ==
          "invalid_settings: some.json: pool.env.A is given twice");
  REQUIRE(refusal(R"({"inputs": [{"name": 1}, {"name": 1, "name": 2}]})") ==
          "invalid_settings: some.json: inputs[1].name is given twice");
  REQUIRE(rewritten(R"([{"a": 1}, {"a": 2, "b": {"a": 3}}])") ==
          R"([{"a":1},{"a":2,"b":{"a":3}}])");
}

TEST_CASE("a number that is too large is refused with its path and the limit") {
  const auto [text, path, number] = GENERATE(table<std::string, std::string, std::string>({
      {R"({"pool": {"hang_timeout": 1e400}})", "pool.hang_timeout", "1e400"},
      {R"({"a": 1, "parallel_workers": -2E+999, "b": 2})", "parallel_workers", "-2E+999"},
      {R"({"parameters": {"extra": {"a": [1, {"b": 0}, [2, 1e400]]}}})", "parameters.extra.a[2][1]",
       "1e400"},
      {R"([{}, 1e400])", "[1]", "1e400"},
      {"1e400", "the document", "1e400"},
  }));
  CAPTURE(text);
  REQUIRE(refusal(text) == "invalid_settings: some.json: " + path + " is " + number +
                               "; accepted: a number from -1.798e+308 to 1.798e+308");
}

TEST_CASE("a document nested too deeply is refused, not followed") {
  REQUIRE(rewritten(nested(64)) == nested(64));
  REQUIRE(refusal(nested(65)) == "invalid_settings: some.json: nested deeper than 64 levels");
  REQUIRE_THAT(refusal(std::string(1'000'000, '[')), test::contains("nested deeper than 64"));
}

}  // namespace
}  // namespace inferpool::settings::json
