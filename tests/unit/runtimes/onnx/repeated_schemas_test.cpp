// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/repeated_schemas.hpp"

#include <sstream>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::RepeatedSchemas;

TEST_CASE("only lines about schemas that are registered twice are dropped from a stream", "[W12]") {
  std::ostringstream stream;
  stream << "before\n";
  {
    const RepeatedSchemas repeated(stream);
    for (const char* name : {"Abs", "Add"}) {
      stream << "Schema error: "
             << "Trying to register schema with name " << name
             << " (domain:  version: 1) from file old.cc line 2, but it is already registered from "
                "file old.cc line 2"
             << "\n"
             << std::endl;
    }
    stream << "Schema error: Trying to register schema with name Odd, which has no inputs\n\n";
    stream << "a warning\n" << std::flush << "cut";
    stream << " off";
  }
  stream << " after";
  CHECK(stream.str() ==
        "before\nSchema error: Trying to register schema with name Odd, which has no inputs\n\na "
        "warning\ncut off after");
}

}  // namespace
}  // namespace inferpool::test
