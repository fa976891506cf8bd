// SPDX-License-Identifier: Apache-2.0
#include "tools/run/array_text.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string_view>
#include <vector>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using tools::array_text;

// 0, 1, 2, ... in this shape.
Tensor counting(const Shape& shape) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(shape.elements()));
  std::iota(values.begin(), values.end(), 0);
  return Tensor::from(values, shape);
}

TEST_CASE("an array is printed with a pair of brackets for each axis, aligned") {
  CHECK(array_text(Tensor::scalar(std::int32_t{-7})) == "-7");
  CHECK(array_text(counting({3})) == "[0 1 2]");
  CHECK(array_text(counting({4, 3})) ==
        "[[ 0  1  2]\n"
        " [ 3  4  5]\n"
        " [ 6  7  8]\n"
        " [ 9 10 11]]");
  CHECK(array_text(counting({2, 1, 2})) ==
        "[[[0 1]]\n"
        "\n"
        " [[2 3]]]");
  CHECK(array_text(counting({2, 0})) == "[]");
}

TEST_CASE("a long row goes on in the next line, below its first element") {
  const std::string text = array_text(counting({1, 100}));
  CHECK_THAT(text, contains("[[ 0  1  2 "));
  CHECK_THAT(text, contains(" 23\n  24 "));
  CHECK(text.find('\n') < 75);
}

TEST_CASE("only the ends of each axis are printed of an array of more than 1000 elements") {
  CHECK(array_text(counting({1000})).find("...") == std::string::npos);
  CHECK(array_text(counting({1001})) == "[   0    1    2 ...  998  999 1000]");
  CHECK(array_text(counting({2, 1000})) ==
        "[[   0    1    2 ...  997  998  999]\n"
        " [1000 1001 1002 ... 1997 1998 1999]]");
  CHECK(array_text(counting({1000, 2})) ==
        "[[   0    1]\n"
        " [   2    3]\n"
        " [   4    5]\n"
        " ...\n"
        " [1994 1995]\n"
        " [1996 1997]\n"
        " [1998 1999]]");
}

TEST_CASE("every datatype is printed as its values") {
  CHECK(array_text(Tensor::from(std::array{true, false}, {2})) == "[ true false]");
  CHECK(array_text(Tensor::scalar(std::uint8_t{65})) == "65");
  CHECK(array_text(Tensor::scalar(std::int8_t{-65})) == "-65");
  CHECK(array_text(Tensor::scalar(std::uint16_t{65535})) == "65535");
  CHECK(array_text(Tensor::scalar(std::int16_t{-1})) == "-1");
  CHECK(array_text(Tensor::scalar(std::uint32_t{4294967295})) == "4294967295");
  CHECK(array_text(Tensor::scalar(std::numeric_limits<std::uint64_t>::max())) ==
        "18446744073709551615");
  CHECK(array_text(Tensor::scalar(Float16::from(1.5F))) == "1.5");
  CHECK(array_text(Tensor::scalar(BFloat16::from(-2))) == "-2");
  CHECK(array_text(Tensor::from(std::array{0.1F, 1e-30F}, {2})) == "[  0.1 1e-30]");
  CHECK(array_text(Tensor::scalar(0.1)) == "0.1");
  CHECK(array_text(Tensor::scalar(std::numeric_limits<float>::infinity())) == "inf");
}

TEST_CASE("strings are quoted, and what would change the terminal is escaped") {
  constexpr std::string_view kTexts[] = {"a \"b\"", "tab\t, line\n, \\", "\x1b[2J\x7f",
                                         "gr\u00fcn"};
  CHECK(array_text(Tensor::from_strings(kTexts)) ==
        R"(["a \"b\"" "tab\t, line\n, \\" "\x1b[2J\x7f" "gr)"
        "\u00fcn\"]");
}

TEST_CASE("the beginning of a long string is printed, in whole characters") {
  std::string text(199, 'x');
  text += "\u00fc" + std::string(100, 'y');
  const std::string_view views[] = {text};
  CHECK(array_text(Tensor::from_strings(views, Shape{})) ==
        '"' + std::string(199, 'x') + "\"... (301 bytes)");
}

}  // namespace
}  // namespace inferpool::test
