// SPDX-License-Identifier: Apache-2.0
#include "settings/json_value.hpp"

#include <utility>

#include "core/format.hpp"

namespace inferpool::settings::json {
namespace {

Value make(Value::Kind kind, std::string text) {
  Value value;
  value.kind = kind;
  value.text = std::move(text);
  return value;
}

std::string escaped(char character) {
  switch (character) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      break;
  }
  const auto byte = static_cast<unsigned char>(character);
  return byte < 0x20 ? core::formatted("\\u{:04x}", byte) : std::string(1, character);
}

std::string in_quotes(std::string_view text) {
  std::string result = "\"";
  for (const char character : text) result += escaped(character);
  return result + '"';
}

void append(const Value& value, std::string& out);

void append_array(const Value& array, std::string& out) {
  const char* separator = "";
  out += '[';
  for (const Value& element : array.elements) {
    out += std::exchange(separator, ",");
    append(element, out);
  }
  out += ']';
}

void append_object(const Value& object, std::string& out) {
  const char* separator = "";
  out += '{';
  for (const Member& each : object.members) {
    out += std::exchange(separator, ",");
    out += in_quotes(each.name) + ':';
    append(each.value, out);
  }
  out += '}';
}

void append(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNull:
      out += "null";
      break;
    case Value::Kind::kBoolean:
    case Value::Kind::kWhole:
    case Value::Kind::kFraction:
      out += value.text;
      break;
    case Value::Kind::kText:
      out += in_quotes(value.text);
      break;
    case Value::Kind::kArray:
      append_array(value, out);
      break;
    case Value::Kind::kObject:
      append_object(value, out);
      break;
  }
}

}  // namespace

Value make_text(std::string_view text) { return make(Value::Kind::kText, std::string(text)); }

Value make_boolean(bool value) { return make(Value::Kind::kBoolean, value ? "true" : "false"); }

Value make_whole(std::int64_t value) { return make(Value::Kind::kWhole, std::to_string(value)); }

Value make_whole(std::uint64_t value) { return make(Value::Kind::kWhole, std::to_string(value)); }

std::string write(const Value& value) {
  std::string out;
  append(value, out);
  return out;
}

}  // namespace inferpool::settings::json
