// SPDX-License-Identifier: Apache-2.0
#include "runtimes/xgboost/model_events.hpp"

#include <string>
#include <string_view>
#include <utility>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/xgboost/byte_source.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::test {
namespace {

using runtimes::ByteSource;
using runtimes::XgboostError;
using std::string_view_literals::operator""sv;

// All events, as a text. What is named "skip" is passed over.
class Record final : public runtimes::ModelEvents {
 public:
  void key(std::string_view name) override {
    skips_ = name == "skip";
    text_ += std::string(name) + '=';
  }
  bool begin_object() override { return begin('{'); }
  bool begin_array() override { return begin('['); }
  void end() override { text_ += ") "; }
  void text(std::string_view value) override { text_ += "'" + std::string(value) + "' "; }
  void scalar(std::string_view value) override { text_ += std::string(value) + ' '; }

  std::string text_;

 private:
  bool begin(char bracket) {
    text_ += skips_ ? '-' : bracket;
    return !std::exchange(skips_, false);
  }
  bool skips_ = false;
};

std::string told(std::string_view content, void (*read)(ByteSource&, runtimes::ModelEvents&)) {
  const ScratchFolder folder;
  write_file(folder / "m", std::string(content));
  ByteSource bytes(folder / "m");
  Record record;
  try {
    read(bytes, record);
  } catch (const XgboostError& error) {
    return error.what();
  }
  return record.text_;
}

std::string json(std::string_view content) { return told(content, runtimes::read_json); }
std::string ubjson(std::string_view content) { return told(content, runtimes::read_ubjson); }

TEST_CASE("JSON is read as it is written, with the NaN that XGBoost writes") {
  CHECK(json(R"({"a": [1, -2.5E3, NaN, -Infinity, true, null], "b" : "x\"y", "c": {}, "d": []})") ==
        "{a=[1 -2.5E3 NaN -Infinity true null ) b='x\"y' c={) d=[) ) ");
}

TEST_CASE("what is of no interest is passed over, brackets in its texts too") {
  CHECK(json(R"({"skip": [1, {"x": "]}\""}, [2]], "skip": {"a": {"b": "}"}}, "c": 1})") ==
        "{skip=-skip=-c=1 ) ");
}

TEST_CASE("broken JSON is refused with the byte") {
  CHECK(json(R"({"a" 1})") == "at byte 5 it has '1' where ':' is expected");
  CHECK(json(R"({a: 1})") == "at byte 1 it has 'a' where a name in quotes is expected");
  CHECK(json(R"([1 2])") == "at byte 3 it has '2' where ',' or ']' is expected");
  CHECK(json(R"([1,])") == "at byte 3 it has ']' where a value is expected");
  CHECK(json("[\"abc") == "it ends after 5 bytes, in the middle of the model");
  CHECK_THAT(json(std::string(100'000, '[')), contains("more than 64 levels deep"));
  CHECK_THAT(json("[" + std::string(100, '1')), contains("the end of a number"));
  CHECK_THAT(json("[\"" + std::string(100'000, 'x') + "\"]"), contains("a text of more than"));
}

TEST_CASE("UBJSON gives the same events as JSON, also from arrays of numbers of one type") {
  CHECK(ubjson("{i\1aSi\2xyi\1b[U\7I\xff\xfeTZ]i\1cd\x40\x49\x0f\xdb}"sv) ==
        "{a='xy' b=[7 -2 true null ) c=3.1415927 ) ");
  CHECK(ubjson("[$I#i\2\0\5\xff\xff"sv) == "[5 -1 ) ");
  CHECK(ubjson("[#i\2i\1i\2"sv) == "[1 2 ) ");
  CHECK(ubjson("{i\4skip[$d#L\0\0\0\0\0\0\0\2abcdefghi\1aT}"sv) == "{skip=-a=true ) ");
}

TEST_CASE("broken and hostile UBJSON is refused, and costs nothing") {
  CHECK(ubjson("{i\1aX}"sv) == "at byte 4 it has 0x58 where a value is expected");
  CHECK(ubjson("{i\xff"sv) == "at byte 2 it has 0x69 where a length is expected");
  CHECK_THAT(ubjson("[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"sv), contains("more than it is long"));
  CHECK_THAT(ubjson("{i\4skip[$d#L\x7f\xff\xff\xff\xff\xff\xff\xff"sv),
             contains("more than it is long"));
  CHECK_THAT(ubjson("[#L\x7f\xff\xff\xff\xff\xff\xff\xffZZ"sv), contains("it ends after 13 bytes"));
  CHECK_THAT(ubjson("[$Z#L\x7f\xff\xff\xff\xff\xff\xff\xff"sv), contains("a type of numbers"));
  CHECK_THAT(ubjson("[SL\x7f\xff\xff\xff\xff\xff\xff\xff"sv), contains("a text of 92233720"));
  CHECK_THAT(ubjson(std::string(100'000, '[')), contains("more than 64 levels deep"));
}

}  // namespace
}  // namespace inferpool::test
