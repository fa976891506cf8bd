// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <string>

#include "runtimes/xgboost/byte_source.hpp"
#include "runtimes/xgboost/model_events.hpp"
#include "runtimes/xgboost/xgboost_error.hpp"

namespace inferpool::runtimes {
namespace {

constexpr std::size_t kMostText = std::size_t{64} * 1024;
constexpr std::size_t kMostNumber = 64;

bool is_space(char c) noexcept { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
bool is_opening(char c) noexcept { return c == '{' || c == '['; }
bool is_closing(char c) noexcept { return c == '}' || c == ']'; }
bool is_of_scalar(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '+' || c == '.';
}

// Written by hand, since XGBoost writes NaN and Infinity, which JSON does not have.
class JsonDocument {
 public:
  JsonDocument(ByteSource& bytes, ModelEvents& events) : bytes_(bytes), events_(events) {}

  void value(int level) {
    const char first = peek();
    if (first == '{') return object(level);
    if (first == '[') return array(level);
    if (first == '"') return events_.text(text(true));
    events_.scalar(scalar());
  }

 private:
  [[noreturn]] void refuse(const std::string& expected) {
    const std::uint64_t place = bytes_.position();
    const auto code = static_cast<unsigned char>(bytes_.peek());
    throw XgboostError(fmt::format("at byte {} it has {} where {} is expected", place,
                                   code > ' ' && code < 0x7f ? fmt::format("'{}'", bytes_.peek())
                                                             : fmt::format("0x{:02x}", code),
                                   expected));
  }

  char peek() {
    while (is_space(bytes_.peek())) bytes_.next();
    return bytes_.peek();
  }

  void take(char wanted) {
    if (peek() != wanted) refuse(fmt::format("'{}'", wanted));
    bytes_.next();
  }

  // Whether another member follows; takes the comma, or the end.
  bool goes_on(char end) {
    const char found = peek();
    if (found != ',' && found != end) refuse(fmt::format("',' or '{}'", end));
    bytes_.next();
    return found == ',';
  }

  void object(int level) {
    bytes_.next();
    if (!deeper(level, events_.begin_object())) return pass_over();
    if (peek() == '}') {
      bytes_.next();
      return events_.end();
    }
    do {
      if (peek() != '"') refuse("a name in quotes");
      events_.key(text(true));
      take(':');
      value(level + 1);
    } while (goes_on('}'));
    events_.end();
  }

  void array(int level) {
    bytes_.next();
    if (!deeper(level, events_.begin_array())) return pass_over();
    if (peek() == ']') {
      bytes_.next();
      return events_.end();
    }
    do {
      value(level + 1);
    } while (goes_on(']'));
    events_.end();
  }

  bool deeper(int level, bool wanted) {
    if (level < kMostLevels) return wanted;
    throw XgboostError(
        fmt::format("at byte {} it is more than {} levels deep", bytes_.position(), kMostLevels));
  }

  // Skips the rest of an array or object.
  void pass_over() {
    for (std::uint64_t open = 1; open > 0;) {
      const char c = bytes_.peek();
      if (c == '"') {
        static_cast<void>(text(false));
        continue;
      }
      if (is_opening(c)) ++open;
      if (is_closing(c)) --open;
      bytes_.next();
    }
  }

  std::string text(bool kept) {
    std::string value;
    bytes_.next();
    for (char c = bytes_.next(); c != '"'; c = bytes_.next()) {
      if (c == '\\') {
        c = bytes_.next();
        if (c != '"' && c != '\\' && c != '/' && kept) value += '\\';  // other escapes stay
      }
      if (kept) value += c;
      if (value.size() > kMostText) {
        throw XgboostError(fmt::format("at byte {} it has a text of more than {} bytes",
                                       bytes_.position(), kMostText));
      }
    }
    return value;
  }

  std::string scalar() {
    std::string value;
    if (!is_of_scalar(bytes_.peek())) refuse("a value");
    while (is_of_scalar(bytes_.peek())) {
      value += bytes_.next();
      if (value.size() > kMostNumber) refuse("the end of a number");
    }
    return value;
  }

  ByteSource& bytes_;
  ModelEvents& events_;
};

}  // namespace

void read_json(ByteSource& bytes, ModelEvents& events) { JsonDocument(bytes, events).value(0); }

}  // namespace inferpool::runtimes
