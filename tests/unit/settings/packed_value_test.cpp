// SPDX-License-Identifier: Apache-2.0
#include "settings/packed_value.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"

namespace inferpool::settings {
namespace {

using namespace std::chrono_literals;
using Names = std::vector<std::string>;
using Variables = std::map<std::string, std::string>;

template <typename T>
std::string bytes_of(const T& value) {
  std::string bytes;
  Packer(bytes).put(value);
  return bytes;
}

// What comes out into `before`, which a reader may have used already.
template <typename T>
T out_of(const std::string& bytes, T before = {}) {
  Unpacker unpacker(bytes);
  unpacker.take(before);
  CHECK(unpacker.at_end());
  return before;
}

template <typename T>
void check_kept(const T& value, const T& before = {}) {
  CHECK(out_of(bytes_of(value), before) == value);
}

TEST_CASE("numbers come out as they went in, to the last bit") {
  check_kept(std::numeric_limits<std::int64_t>::min());
  check_kept(std::numeric_limits<std::uint64_t>::max());
  check_kept(0.1);
  check_kept(true);
  check_kept(Retry::kAlways);
  check_kept(Duration::max());
  check_kept(Duration(-1ns));
}

TEST_CASE("text comes out with all of its bytes") {
  check_kept(std::string());
  check_kept(std::string("a\0b\xff", 4));
  check_kept(std::string(100'000, 'x'));
}

TEST_CASE("what is missing comes out as missing, whatever there was before") {
  check_kept(std::optional<int>());
  check_kept(std::optional<int>(), std::optional<int>(7));
  check_kept(std::optional<std::string>(""));
  check_kept(std::optional<Names>(), std::optional<Names>(Names{"before"}));
}

TEST_CASE("lists and maps come out whole, and without what there was before") {
  check_kept(Names{"b", "", "a"}, Names{"before"});
  check_kept(Names{}, Names{"before"});
  check_kept(std::optional<Names>(Names{}));
  check_kept(Variables{{"a", "1"}, {"", "2"}}, Variables{{"before", "0"}});
  check_kept(Variables{}, Variables{{"before", "0"}});
}

TEST_CASE("values come out in the order in which they went in, and then there are no more") {
  std::string bytes;
  Packer packer(bytes);
  packer.put(std::uint8_t{7});
  packer.put(std::string("seven"));
  Unpacker unpacker(bytes);
  std::uint8_t number = 0;
  std::string text;
  unpacker.take(number);
  CHECK_FALSE(unpacker.at_end());
  unpacker.take(text);
  CHECK(number == 7);
  CHECK(text == "seven");
  CHECK(unpacker.at_end());
  CHECK_THROWS_AS(unpacker.take(number), std::runtime_error);
}

TEST_CASE("values of which a byte is missing are refused, wherever it is missing") {
  const std::string whole =
      bytes_of(std::map<std::string, std::optional<std::uint64_t>>{{"a", 1}, {"b", {}}});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    std::map<std::string, std::optional<std::uint64_t>> values;
    Unpacker unpacker(std::string_view(whole).substr(0, size));
    CHECK_THROWS_AS(unpacker.take(values), std::runtime_error);
  }
}

TEST_CASE("a length beyond the bytes that follow is refused, and takes no memory") {
  const std::string lie = bytes_of(std::numeric_limits<std::uint64_t>::max()) + "abc";
  std::string text;
  Names names;
  Variables variables;
  CHECK_THROWS_AS(Unpacker(lie).take(text), std::runtime_error);
  CHECK_THROWS_AS(Unpacker(lie).take(names), std::runtime_error);
  CHECK_THROWS_AS(Unpacker(lie).take(variables), std::runtime_error);
}

}  // namespace
}  // namespace inferpool::settings
