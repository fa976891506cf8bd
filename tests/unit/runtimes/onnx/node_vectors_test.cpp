// SPDX-License-Identifier: Apache-2.0
#include "unit/runtimes/onnx/node_vectors.hpp"

#include <cstdio>
#include <initializer_list>
#include <memory>
#include <string>

#include "catch.hpp"
#include "runtimes/onnx/onnx_fields.hpp"
#include "runtimes/onnx/opencv_network.hpp"
#include "runtimes/onnx/wire_reader.hpp"
#include "skipped.hpp"
#include "unit/runtimes/onnx/built_networks.hpp"

namespace inferpool::test {
namespace {

namespace onnx = runtimes::onnx;
using runtimes::WireReader;

// PyTorch wrote its networks in opset 6, which OpenCV is not given. They mean the same in opset 7,
// except for the attributes "broadcast" and "is_test", which are refused there.
std::string in_opset_7(const std::string& file) {
  std::string fields;
  for (WireReader reader(file); reader.next();) {
    std::int64_t version = 0;
    if (reader.field() == onnx::kModelOpset) {
      for (WireReader opset(reader.bytes()); opset.next();) {
        if (opset.field() == onnx::kOpsetVersion) {
          version = static_cast<std::int64_t>(opset.number());
        }
      }
    }
    fields += version == 6 ? text(onnx::kModelOpset, number(onnx::kOpsetVersion, 7))
                           : std::string(reader.whole());
  }
  return fields;
}

std::unique_ptr<runtimes::Network> opened(const std::string& file) {
  return runtimes::open_opencv_network(in_opset_7(file), 1);
}

// Each network of these kinds is right or refused, and at least that many vectors are computed.
void compare(std::initializer_list<const char*> kinds, int least) {
  const VectorVerdicts verdicts = verdicts_on(kinds, opened);
  if (verdicts.vectors == 0) return skip(kNoNodeVectors);
  for (const std::string& wrong : verdicts.wrong) FAIL_CHECK(wrong);
  for (const std::string& refused : verdicts.refused) {
    CHECK_THAT(refused, contains("\"") || contains("opset"));  // it names what is refused
  }
  std::printf("%d of %d vectors are computed by OpenCV; %zu networks are refused\n",
              verdicts.computed, verdicts.vectors, verdicts.refused.size());
  REQUIRE(verdicts.computed >= least);
}

TEST_CASE("ONNX's own node vectors are each right by OpenCV, or refused with the reason",
          "[W2][W3][W4]") {
  compare({"node", "simple"}, 186);
}

TEST_CASE("networks that PyTorch exported for ONNX's tests are right by OpenCV, or refused",
          "[W2][W3][W4]") {
  compare({"pytorch-converted", "pytorch-operator"}, 72);
}

}  // namespace
}  // namespace inferpool::test
