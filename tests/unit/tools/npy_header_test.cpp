// SPDX-License-Identifier: Apache-2.0
#include "tools/npy_header.hpp"

#include <cstddef>
#include <stdexcept>
#include <utility>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using tools::NpyHeader;
using tools::parse_npy_header;
using Numbers = std::vector<std::int64_t>;

TEST_CASE("a .npy header as NumPy writes it is read") {
  const NpyHeader header =
      parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 64), }      \n");
  CHECK(header.descr == "<f4");
  CHECK_FALSE(header.fortran_order);
  CHECK(header.shape == Numbers{1, 64});
}

TEST_CASE("the keys of a .npy header come in any order, with any blanks and either quotes") {
  const NpyHeader header =
      parse_npy_header("{\"shape\":(3,),'fortran_order' : True,\t'descr':\n'|u1'}");
  CHECK(header.descr == "|u1");
  CHECK(header.fortran_order);
  CHECK(header.shape == Numbers{3});
}

TEST_CASE("a .npy header has shapes of no dimension and of many") {
  const auto shape = [](const std::string& text) {
    return parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': " + text + "}")
        .shape;
  };
  CHECK(shape("()").empty());
  CHECK(shape("( 0 , 2,3 )") == Numbers{0, 2, 3});
}

TEST_CASE("a .npy header of Python 2, whose numbers are longs, is read", "[W20]") {
  const NpyHeader header =
      parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (1L, 4L), }          \n");
  CHECK(header.shape == Numbers{1, 4});
  CHECK(parse_npy_header("{'descr': '<f4', 'fortran_order': False, 'shape': (3L,), }").shape ==
        Numbers{3});
}

TEST_CASE("the list that a structured array has for a type is kept as it is written") {
  const std::string list = "[('x', '<f4'), ('y', [('z', '<i8')])]";
  CHECK(
      parse_npy_header("{'descr': " + list + ", 'fortran_order': False, 'shape': (2,), }").descr ==
      list);
}

TEST_CASE("an invalid .npy header is refused with what was expected") {
  const auto [text, message] = GENERATE(
      std::pair{"", "expected \"{\", found \"\""},
      std::pair{"[1]", "expected \"{\", found \"[1]\""},
      std::pair{"{descr: 1}", "expected a string, found \"descr: 1}\""},
      std::pair{"{'descr': '<f4", "expected a string that ends"},
      std::pair{"{'descr': [1", "expected a list that ends"},
      std::pair{"{'descr' '<f4'}", "expected \":\""},
      std::pair{"{'descr': 7}", "expected a string, found \"7}\""},
      std::pair{"{'fortran_order': 0}", "expected True or False"},
      std::pair{"{'shape': 3}", "expected \"(\""},
      std::pair{"{'shape': (a,)}", "expected a whole number, found \"a,)}\""},
      std::pair{"{'shape': (99999999999999999999,)}", "expected a whole number"},
      std::pair{"{'shape': (1 2)}", "expected \")\""},
      std::pair{"{'shape': (1LL,)}", "expected \")\""},
      std::pair{"{'shape': (1l,)}", "expected \")\""},
      std::pair{"{'shape': (1 L,)}", "expected \")\""},
      std::pair{"{'order': 'C'}", "unknown key \"order\""},
      std::pair{"{'descr': '<f4'}", "is missing"},
      std::pair{"{'descr': '<f4', 'fortran_order': False 'shape': ()}", "expected \"}\""},
      std::pair{"{'descr': '<f4', 'fortran_order': False, 'shape': ()} 1", "expected its end"});
  CAPTURE(text);
  std::string what;
  try {
    static_cast<void>(parse_npy_header(text));
  } catch (const std::invalid_argument& error) {
    what = error.what();
  }
  CHECK_THAT(what, contains(message));
}

TEST_CASE("no beginning of a .npy header is taken for a whole one") {
  const std::string whole = "{'descr': [('x', '<f4')], 'fortran_order': False, 'shape': (1, 64), }";
  static_cast<void>(parse_npy_header(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CHECK_THROWS_AS(parse_npy_header(std::string_view(whole).substr(0, size)),
                    std::invalid_argument);
  }
}

}  // namespace
}  // namespace inferpool::test
