// SPDX-License-Identifier: Apache-2.0
#include "tools/npy_header.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <stdexcept>
#include <system_error>

#include "core/format.hpp"

namespace inferpool::tools {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// Reads the Python literals that NumPy writes.
class Literals {
 public:
  explicit Literals(std::string_view text) : rest_(text) {}

  // Consumes `token` if it comes next. True: it did.
  bool take(std::string_view token) {
    skip_blanks();
    if (!rest_.starts_with(token)) return false;
    rest_.remove_prefix(token.size());
    return true;
  }

  void expect(std::string_view token) {
    if (!take(token)) fail(core::formatted("\"{}\"", token));
  }

  void expect_end() {
    skip_blanks();
    if (!rest_.empty()) fail("its end");
  }

  std::string string() {
    skip_blanks();
    const char quote = rest_.empty() ? '\0' : rest_.front();
    if (quote != '\'' && quote != '"') fail("a string");
    const auto end = rest_.find(quote, 1);
    if (end == std::string_view::npos) fail("a string that ends");
    return std::string(consume(end + 1).substr(1, end - 1));
  }

  bool boolean() {
    if (take("True")) return true;
    if (take("False")) return false;
    fail("True or False");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> numbers;
    expect("(");
    while (!take(")")) {
      numbers.push_back(number());
      if (!take(",")) {
        expect(")");
        break;
      }
    }
    return numbers;
  }

  // The list that describes the type of a structured array, with its brackets.
  std::string list() {
    skip_blanks();
    std::size_t depth = 0;
    for (std::size_t i = 0; i < rest_.size(); ++i) {
      depth += rest_[i] == '[' ? 1U : 0U;
      if (rest_[i] == ']' && --depth == 0) return std::string(consume(i + 1));
    }
    fail("a list that ends");
  }

  [[nodiscard]] bool at_list() {
    skip_blanks();
    return rest_.starts_with('[');
  }

 private:
  std::int64_t number() {
    skip_blanks();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    if (error != std::errc{}) fail("a whole number");
    consume(static_cast<std::size_t>(end - rest_.data()));
    if (rest_.starts_with('L')) consume(1);  // Python 2 writes a long so
    return value;
  }

  void skip_blanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(kBlanks), rest_.size()));
  }

  std::string_view consume(std::size_t size) {
    const std::string_view consumed = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return consumed;
  }

  [[noreturn]] void fail(std::string_view expected) const {
    throw std::invalid_argument(
        core::formatted("expected {}, found \"{}\"", expected, rest_.substr(0, 20)));
  }

  std::string_view rest_;
};

}  // namespace

NpyHeader parse_npy_header(std::string_view text) {
  NpyHeader header;
  std::set<std::string> keys;
  Literals literals(text);
  literals.expect("{");
  while (!literals.take("}")) {
    const std::string key = literals.string();
    literals.expect(":");
    if (key == "descr") {
      header.descr = literals.at_list() ? literals.list() : literals.string();
    } else if (key == "fortran_order") {
      header.fortran_order = literals.boolean();
    } else if (key == "shape") {
      header.shape = literals.tuple();
    } else {
      throw std::invalid_argument(core::formatted("unknown key \"{}\"", key));
    }
    keys.insert(key);
    if (!literals.take(",")) {
      literals.expect("}");
      break;
    }
  }
  literals.expect_end();
  if (keys.size() != 3) throw std::invalid_argument("descr, fortran_order or shape is missing");
  return header;
}

}  // namespace inferpool::tools
