// SPDX-License-Identifier: Apache-2.0
#include "footprint/std_headers.hpp"

#include <sstream>

#include "catch.hpp"

namespace bench {
namespace {

TEST_CASE("the files below the folder are taken from a dependency rule") {
  std::istringstream rule(
      "pool.o: /tree/pool.cpp /usr/include/c++/12/optional \\\n"
      " /tree/include/inferpool/pool.hpp /tree/include-not/other.hpp \\\n"
      " /tree/include/inferpool/error.hpp\n");
  CHECK(files_below("/tree/include", rule) ==
        std::vector<std::filesystem::path>{"/tree/include/inferpool/pool.hpp",
                                           "/tree/include/inferpool/error.hpp"});
}

TEST_CASE("the standard library's headers are taken from the includes, each once") {
  std::istringstream source(
      "#pragma once\n"
      "#include <optional>  // a comment\n"
      "#include <inferpool/error.hpp>\n"
      "#include <unistd.h>\n"
      "#include \"vector\"\n"
      "// #include <map>\n"
      "#include <string_view>\n"
      "#include <optional>\n");
  CHECK(std_headers_in(source) == std::set<std::string>{"optional", "string_view"});
}

}  // namespace
}  // namespace bench
