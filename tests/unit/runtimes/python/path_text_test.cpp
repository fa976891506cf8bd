// SPDX-License-Identifier: Apache-2.0
#include "runtimes/python/path_text.hpp"

#include <string>

#include "catch.hpp"
#include "unit/runtimes/python/python_here.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("the text of a path is what os.fsdecode gives, UTF-8 or not", "[H12]") {
  const PythonHere python;
  const auto fsencode = python.eval("__import__('os').fsencode");
  for (const std::string path : {"", "/models/a b", "/models/\xc3\xa9", "/caf\xe9/\xff"}) {
    const pybind11::str text = runtimes::path_text(path);
    CHECK(fsencode(text).cast<std::string>() == path);
  }
}

TEST_CASE("Python opens a file by the text of its path, whatever bytes the path has", "[H12]") {
  const PythonHere python;
  const ScratchFolder folder;
  const std::string file = folder / "weights \xff";
  write_file(file, "0.5");
  CHECK(python.eval("lambda path: open(path).read()")(runtimes::path_text(file))
            .cast<std::string>() == "0.5");
}

}  // namespace
}  // namespace inferpool::test
