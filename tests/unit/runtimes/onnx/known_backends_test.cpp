// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/known_backends.hpp"

#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::built_backend;

const std::string kBuilt = INFERPOOL_ONNX_BACKENDS;  // "onnxruntime,opencv"

TEST_CASE("ONNX Runtime is the first choice where it was built", "[W12]") {
  CHECK(kBuilt.starts_with(runtimes::preferred_backend()));
}

TEST_CASE("a backend that was not built is refused with those that were, and what brings it",
          "[W12]") {
  for (const std::string name : {"onnxruntime", "opencv"}) {
    CAPTURE(name);
    const std::string wanted = '"' + name + '"';
    if (kBuilt.find(name) != std::string::npos) {
      CHECK(built_backend(wanted) == name);
    } else {
      CHECK_THROWS_WITH(built_backend(wanted), contains("backend is " + wanted) &&
                                                   contains("accepted in this build: \"") &&
                                                   contains("build inferpool with ") &&
                                                   contains("lib" + name.substr(0, 6)));
    }
    CHECK_THAT(std::string(runtimes::library_of(name)), contains("lib" + name.substr(0, 6)));
  }
  CHECK_THROWS_WITH(built_backend("\"abacus\""),
                    contains("backend is \"abacus\"; accepted in this build: \"") &&
                        !contains("build inferpool with"));
  CHECK_THROWS_WITH(built_backend("7"), contains("backend is 7; accepted in this build"));
}

}  // namespace
}  // namespace inferpool::test
