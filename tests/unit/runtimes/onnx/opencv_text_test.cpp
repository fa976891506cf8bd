// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/opencv_text.hpp"

#include "catch.hpp"

namespace inferpool::test {
namespace {

using runtimes::without_places;

TEST_CASE("what OpenCV says is kept, and the places in its source are not") {
  CHECK(without_places(
            "OpenCV(4.6.0) ./modules/dnn/src/onnx/onnx_importer.cpp:1040: error: (-2:Unspecified "
            "error) in function 'handleNode'\n"
            "> Node [If@ai.onnx]:(onnx_node!choose) parse error: OpenCV(4.6.0) "
            "./modules/dnn/src/onnx/onnx_importer.cpp:512: error: (-213:The function/feature is "
            "not implemented) 'Graph' is not supported in function 'getLayerParams'\n"
            "> ") ==
        "Node [If@ai.onnx]:(onnx_node!choose) parse error: (-213:The function/feature is not "
        "implemented) 'Graph' is not supported");
  CHECK(without_places("OpenCV(4.6.0) ./a.cpp:181: error: (-215:Assertion failed) a > b && c in "
                       "function 'run'\n") == "(-215:Assertion failed) a > b && c");
}

TEST_CASE("a text of OpenCV in another form is kept as it is") {
  CHECK(without_places("") == "");
  CHECK(without_places("no such blob") == "no such blob");
  CHECK(without_places("OpenCV(4.6.0) is old") == "OpenCV(4.6.0) is old");
  CHECK(without_places("OpenCV(1)\nis: error: old") == "OpenCV(1) is: error: old");
  CHECK(without_places("the end in function 'f") == "the end in function 'f");
}

}  // namespace
}  // namespace inferpool::test
