// SPDX-License-Identifier: Apache-2.0
// How fields are read, checked and named. Which values each of them takes is in
// settings_refusal_test and settings_test; how they are packed, in packed_settings_test.
#include "settings/setting_fields.hpp"

#include <chrono>
#include <cstdint>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "unit/settings/settings_fields.hpp"

namespace inferpool::settings {
namespace {

std::string refusal_of(const Settings& settings, std::string_view SettingField::*label) {
  try {
    check_fields(settings, "source", label);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidSettings);
    return error.what();
  }
  return "accepted";
}

const SettingField& field_at(const std::vector<SettingField>& fields, std::string_view path) {
  for (const SettingField& field : fields) {
    if (field.path == path) return field;
  }
  FAIL("there is no such field");
  throw std::logic_error("not reached");
}

TEST_CASE("each field has a name and a path of its own") {
  const auto fields = setting_fields();
  std::set<std::string_view> names;
  std::set<std::string_view> paths;
  for (const SettingField& field : fields) {
    names.insert(field.name);
    paths.insert(field.path);
  }
  CHECK(names.size() == fields.size());
  CHECK(paths.size() == fields.size());
}

TEST_CASE("a value that a field refuses leaves the settings as they were") {
  for (const SettingField& field : setting_fields()) {
    CAPTURE(field.path);
    Settings settings;
    const auto invalid = field.read(json::Value(), settings);
    REQUIRE(invalid);
    CHECK(invalid->written == "null");
    CHECK_FALSE(invalid->accepted.empty());
    CHECK(test::fields(settings) == test::fields(Settings{}));
  }
}

TEST_CASE("a value that a field reads passes its check, one that is out of range is not read") {
  const auto fields = setting_fields();
  const SettingField& field = field_at(fields, "pool.concurrency");
  Settings settings;
  CHECK_FALSE(field.read(json::make_whole(std::int64_t{32}), settings));
  CHECK(settings.concurrency == 32);
  CHECK_FALSE(field.check(settings));
  CHECK(field.read(json::make_whole(std::int64_t{33}), settings));
  CHECK(settings.concurrency == 32);
}

TEST_CASE("settings that are not given are not checked") {
  CHECK(refusal_of(Settings{}, &SettingField::name) == "accepted");
  Settings empty;
  empty.name.clear();
  empty.max_requests.reset();
  CHECK(refusal_of(empty, &SettingField::name) == "accepted");
}

TEST_CASE("a field is named as in Settings where the settings come from code, else by its path") {
  Settings settings;
  settings.restart_backoff.breaker = 0;
  const std::string rest = " is 0; accepted: a whole number from 1 to 1000000";
  CHECK(refusal_of(settings, &SettingField::name) ==
        "invalid_settings: source: restart_backoff.breaker" + rest);
  CHECK(refusal_of(settings, &SettingField::path) ==
        "invalid_settings: source: pool.restart_backoff.breaker" + rest);
}

TEST_CASE("of a map the entry that is refused is named") {
  Settings settings;
  settings.env["GOOD"] = "x";
  settings.env["A=B"] = "y";
  CHECK_THAT(refusal_of(settings, &SettingField::path),
             test::contains("source: pool.env.A=B is \"y\"; accepted: an object of texts"));
  const auto fields = setting_fields();
  json::Value written;
  written.kind = json::Value::Kind::kObject;
  written.members = {{"core", json::make_whole(std::int64_t{0})}, {"cores", json::make_text("x")}};
  Settings read;
  const auto invalid = field_at(fields, "pool.rlimits").read(written, read);
  REQUIRE(invalid);
  CHECK(invalid->entry == ".cores");
  CHECK(invalid->written == "\"x\"");
}

TEST_CASE("restarts are never spaced by less than at first") {
  using namespace std::chrono_literals;
  Settings settings;
  settings.restart_backoff.first = 2s;
  settings.restart_backoff.limit = 2s;
  CHECK(refusal_of(settings, &SettingField::name) == "accepted");
  settings.restart_backoff.limit = 1s;
  CHECK(refusal_of(settings, &SettingField::name) ==
        "invalid_settings: source: restart_backoff.limit is \"1s\"; accepted: at least "
        "restart_backoff.first, 2s");
}

}  // namespace
}  // namespace inferpool::settings
