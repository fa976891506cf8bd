// SPDX-License-Identifier: Apache-2.0
#include "settings/json_reader.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <inferpool/error.hpp>

#include "core/format.hpp"
#include "settings/refuse_setting.hpp"

namespace inferpool::settings::json {
namespace {

using nlohmann::json;

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostShown = 24;
constexpr int kNumberOverflow = 406;  // the parser's number for this error
constexpr double kLargestNumber = std::numeric_limits<double>::max();
constexpr std::string_view kWordLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";

[[noreturn]] void refuse(std::string_view source, std::string_view what) {
  throw Error(ErrorCode::kInvalidSettings, core::formatted("{}: {}", source, what));
}

// What is expected at a place that the parser names.
std::string_view expected_in(std::string_view place) {
  if (place == "object key") return "a name in double quotes";
  if (place == "object separator") return "':'";
  if (place == "object") return "',' or '}'";
  if (place == "array") return "',' or ']'";
  return "a value: an object, an array, text in double quotes, a number, true, false or null";
}

std::string_view between(std::string_view text, std::string_view before, std::string_view after) {
  const std::size_t start = text.find(before);
  if (start == std::string_view::npos) return {};
  text.remove_prefix(start + before.size());
  return text.substr(0, text.find(after));
}

// The word, or else the character, at this offset.
std::string_view word_at(std::string_view text, std::size_t place) {
  const std::size_t before = text.substr(0, place).find_last_not_of(kWordLetters);
  const std::size_t start = before == std::string_view::npos ? 0 : before + 1;
  const std::size_t end = std::min(text.find_first_not_of(kWordLetters, place), text.size());
  if (end == place) return text.substr(place, 1);
  return text.substr(start, std::min(end - start, kMostShown));
}

// The parser's "...: syntax error while parsing value - invalid literal; last read: 'x'; expected
// ..." rewritten as one sentence, because the parser's texts of what it read and expects are
// incomplete. `last` is the offset of the last character that was read.
std::string explain(std::string_view message, std::string_view text, std::size_t last) {
  if (text.empty()) {  // the parser's own text for it differs between its versions
    return core::formatted("unexpected end of input; expected {}", expected_in({}));
  }
  const std::string_view place = between(message, "syntax error while parsing ", " - ");
  if (place.empty()) return std::string(message.substr(message.find("] ") + 2));
  std::string found(between(message, " - ", "; last read: "));
  if (found.starts_with("invalid number")) return found;  // it says what is expected
  found.resize(std::min(found.size(), found.find("; expected ")));
  if (found == "invalid literal" && last < text.size()) {
    if (text[last] == '/') return "comments are not allowed";
    found += core::formatted(" '{}'", word_at(text, last));
  }
  const bool ended = message.ends_with("; expected end of input");
  return core::formatted("{}; expected {}", found,
                         ended ? "nothing more after the document" : expected_in(place));
}

// `last` as above, or the text's size at its end.
std::string position(std::string_view text, std::size_t last) {
  const std::string_view before = text.substr(0, last);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  return core::formatted("line {}, column {}", line, before.size() - line_start + 1);
}

// Builds the value from the parser's events (nlohmann-json's SAX interface).
class Builder {
 public:
  Builder(std::string_view text, std::string_view source) : text_(text), source_(source) {}

  [[nodiscard]] Value take() && { return std::move(root_); }

  bool null() { return add({}); }
  bool boolean(bool value) { return add(make_boolean(value)); }
  bool number_integer(std::int64_t value) { return add(make_whole(value)); }
  bool number_unsigned(std::uint64_t value) { return add(make_whole(value)); }
  bool number_float(double /*value*/, const std::string& written) {
    Value value;
    value.kind = Value::Kind::kFraction;
    value.text = written;
    return add(std::move(value));
  }
  bool string(const std::string& value) { return add(make_text(value)); }
  bool binary(const json::binary_t& /*value*/) { return false; }  // not in JSON text

  bool start_object(std::size_t /*size*/) { return open(Value::Kind::kObject); }
  bool end_object() { return close(); }
  bool start_array(std::size_t /*size*/) { return open(Value::Kind::kArray); }
  bool end_array() { return close(); }

  bool key(const std::string& name) {
    std::vector<Member>& members = open_.back()->members;
    if (std::any_of(members.begin(), members.end(),
                    [&](const Member& each) { return each.name == name; })) {
      refuse(source_, core::formatted("{} is given twice", path_to(name)));
    }
    members.push_back(Member{name, {}});
    return true;
  }

  bool parse_error(std::size_t read, const std::string& token, const json::exception& error) {
    if (error.id == kNumberOverflow) {
      const std::string path = path_here();
      refuse_setting(source_, path.empty() ? "the document" : path, token,
                     core::formatted("a number from -{0:.3e} to {0:.3e}", kLargestNumber));
    }
    const std::size_t last = read > 0 ? read - 1 : 0;
    refuse(source_,
           core::formatted("{}: {}", position(text_, last), explain(error.what(), text_, last)));
  }

 private:
  // Pointers to open values stay valid: only the innermost one grows.
  Value& place() {
    if (open_.empty()) return root_;
    Value& parent = *open_.back();
    if (parent.kind == Value::Kind::kObject) return parent.members.back().value;
    return parent.elements.emplace_back();
  }

  bool add(Value value) {
    place() = std::move(value);
    return true;
  }

  bool open(Value::Kind kind) {
    if (open_.size() == kMostLevels) {
      refuse(source_, core::formatted("nested deeper than {} levels", kMostLevels));
    }
    Value& value = place();
    value.kind = kind;
    open_.push_back(&value);
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  // The path of the innermost open value.
  std::string path_of_open() const {
    std::string path;
    for (const Value* value : open_) {
      if (value == open_.back()) break;
      if (value->kind == Value::Kind::kArray) {
        path += core::formatted("[{}]", value->elements.size() - 1);
      } else {
        path += (path.empty() ? "" : ".") + value->members.back().name;
      }
    }
    return path;
  }

  // The path of the member with this name in it.
  std::string path_to(const std::string& name) const {
    const std::string path = path_of_open();
    return path + (path.empty() ? "" : ".") + name;
  }

  // The path of the value that the parser reads now.
  std::string path_here() const {
    if (open_.empty()) return {};
    const Value& parent = *open_.back();
    if (parent.kind == Value::Kind::kObject) return path_to(parent.members.back().name);
    return path_of_open() + core::formatted("[{}]", parent.elements.size());
  }

  std::string_view text_;
  std::string_view source_;
  Value root_;
  std::vector<Value*> open_;
};

}  // namespace

Value read(std::string_view text, std::string_view source) {
  Builder builder(text, source);
  json::sax_parse(text.begin(), text.end(), &builder);
  return std::move(builder).take();
}

}  // namespace inferpool::settings::json
