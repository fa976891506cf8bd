// SPDX-License-Identifier: Apache-2.0
#include "settings/refuse_setting.hpp"

#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::settings {
namespace {

std::string refusal_of(const std::string& written) {
  try {
    refuse_setting("model-settings.json", "pool.spin", written, "0s to 10ms");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
}

std::string saying(const std::string& value) {
  return "invalid_settings: model-settings.json: pool.spin is " + value + "; accepted: 0s to 10ms";
}

TEST_CASE("a refused setting is told with its source, its path, its value and what is accepted") {
  CHECK(refusal_of("\"11ms\"") == saying("\"11ms\""));
  CHECK(refusal_of("") == saying(""));
  CHECK(refusal_of("{} %s") == saying("{} %s"));  // not a format
}

TEST_CASE("a long value is shortened in the error, not within a character") {
  const std::string longest(120, 'x');
  CHECK(refusal_of(longest) == saying(longest));
  CHECK(refusal_of(longest + "y") == saying(longest + "..."));
  // The character would end behind the 120th byte.
  for (const std::string character : {"\xc3\xbc", "\xe9\x87\x8f", "\xf0\x9f\x98\x80"}) {
    const std::string before(121 - character.size(), 'x');
    CHECK(refusal_of(before + character) == saying(before + "..."));
    CHECK(refusal_of(before.substr(1) + character) == saying(before.substr(1) + character));
  }
}

TEST_CASE("a long value that is no UTF-8 is shortened all the same") {
  CHECK(refusal_of(std::string(200, '\x80')) == saying("..."));
}

}  // namespace
}  // namespace inferpool::settings
