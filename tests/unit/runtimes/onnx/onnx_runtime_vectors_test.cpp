// SPDX-License-Identifier: Apache-2.0
// ONNX's own node vectors by ONNX Runtime. A fault here is ours, on the way to it or back.
#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

#include "catch.hpp"
#include "integration/scratch_folder.hpp"
#include "runtimes/onnx/onnx_runtime_network.hpp"
#include "skipped.hpp"
#include "unit/runtimes/onnx/node_vectors.hpp"

namespace inferpool::test {
namespace {

std::unique_ptr<runtimes::Network> opened(const std::string& file) {
  const ScratchFolder folder;
  write_file(folder / "m.onnx", file);
  return runtimes::open_onnx_runtime_network(folder / "m.onnx", {.threads = 1});
}

// Parts of the names of vectors that ONNX Runtime 1.21 itself does not meet.
bool differs_by_itself(const std::string& wrong) {
  constexpr const char* kDiffering[] = {
      "bernoulli",
      "training_dropout",  // drawn at random
      "window",
      "roialign",    // given with few digits
      "BFLOAT16",    // given as UINT16
      "_to_STRING",  // numbers as NumPy writes them
      "strnorm",     // wants a locale of the system
      "qlinearmatmul",
      // counts other pads at the border:
      "averagepool_3d_dilations_large_count_include_pad_is_1_ceil_mode_is_True", "maxunpool",
      "resize_downsample_scales"  // by another reading of ONNX's text
  };
  return std::ranges::any_of(
      kDiffering, [&](const char* part) { return wrong.find(part) != std::string::npos; });
}

TEST_CASE("ONNX's own node vectors are right by ONNX Runtime, or refused in words") {
  const VectorVerdicts verdicts =
      verdicts_on({"node", "simple", "pytorch-converted", "pytorch-operator"}, opened);
  if (verdicts.vectors == 0) return skip(kNoNodeVectors);
  for (const std::string& wrong : verdicts.wrong) {
    if (!differs_by_itself(wrong)) FAIL_CHECK(wrong);
  }
  std::printf("%d of %d vectors are computed by ONNX Runtime; %zu networks are refused\n",
              verdicts.computed, verdicts.vectors, verdicts.refused.size());
  REQUIRE(verdicts.computed >= 940);  // of 1072 in ONNX 1.12; newer ones have more
}

}  // namespace
}  // namespace inferpool::test
