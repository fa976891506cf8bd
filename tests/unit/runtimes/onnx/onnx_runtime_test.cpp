// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/onnx_runtime.hpp"

#include <cstdint>
#include <string>

#include "catch.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("a library of ONNX Runtime that is too old is refused with both versions") {
  const OrtApiBase old{.GetApi = [](std::uint32_t) noexcept -> const OrtApi* { return nullptr; },
                       .GetVersionString = []() noexcept { return "1.9.1"; }};
  CHECK_THROWS_WITH(runtimes::ort::api_of(old),
                    contains("the library that was loaded is ONNX Runtime 1.9.1; needed: 1.11 or "
                             "newer (inferpool was built with 1." +
                             std::to_string(ORT_API_VERSION) + ")"));
}

TEST_CASE("the library that is there has the functions, and says its version") {
  CHECK(&runtimes::ort::api() == OrtGetApiBase()->GetApi(11));
  CHECK_THAT(runtimes::ort::version(), Catch::Matchers::StartsWith("ONNX Runtime 1."));
}

}  // namespace
}  // namespace inferpool::test
