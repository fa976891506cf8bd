// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace inferpool::settings::json {

struct Member;

// A JSON value as written: numbers keep their digits, objects their order.
struct Value {
  enum class Kind : std::uint8_t { kNull, kBoolean, kWhole, kFraction, kText, kArray, kObject };

  Kind kind = Kind::kNull;
  std::string text;             // kText: its characters; kBoolean, kWhole, kFraction: as written
  std::vector<Value> elements;  // kArray
  std::vector<Member> members;  // kObject, no name twice
};

struct Member {
  std::string name;
  Value value;
};

[[nodiscard]] Value make_text(std::string_view text);
[[nodiscard]] Value make_boolean(bool value);
[[nodiscard]] Value make_whole(std::int64_t value);
[[nodiscard]] Value make_whole(std::uint64_t value);

// On one line, without spaces.
[[nodiscard]] std::string write(const Value& value);

}  // namespace inferpool::settings::json
