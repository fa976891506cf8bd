// SPDX-License-Identifier: Apache-2.0
// Networks of several nodes: OpenCV fuses layers, and reuses their memory.
#include <cstdio>
#include <random>
#include <string>

#include "catch.hpp"
#include "unit/runtimes/onnx/verdict.hpp"

namespace inferpool::test {
namespace {

constexpr unsigned kNetworks = 500;

// Half of the nodes are of the kinds that networks are mostly made of.
std::string drawn_operator(std::mt19937& random) {
  constexpr const char* kCommon[] = {
      "Conv",    "Conv",    "BatchNormalization", "Relu",   "Clip",   "Add",
      "Mul",     "MaxPool", "AveragePool",        "Gemm",   "Concat", "Flatten",
      "Softmax", "MatMul",  "GlobalAveragePool",  "Sigmoid"};
  const auto all = RandomGraph::operators();
  if (random() % 2 == 0) return kCommon[random() % std::size(kCommon)];
  return all[random() % all.size()];
}

TEST_CASE("500 random networks are each right by OpenCV or refused when they are loaded",
          "[W2][W3][W4]") {
  std::size_t served = 0;
  for (unsigned seed = 1; seed <= kNetworks; ++seed) {
    std::mt19937 random(seed);
    RandomGraph graph(1'000'000 + seed);
    const unsigned wanted = 1 + static_cast<unsigned>(random()) % 6;
    unsigned nodes = 0;
    for (int tries = 0; nodes < wanted && tries < 200; ++tries) {
      if (graph.add(drawn_operator(random))) ++nodes;
    }
    REQUIRE(nodes > 0);
    const Verdict verdict = verdict_on(graph);
    INFO("seed " << seed << "\n" << verdict.text);
    CHECK(verdict.kind != Verdict::kWrong);
    if (verdict.kind == Verdict::kRight) ++served;
  }
  std::printf("random networks: %zu of %u served, the others refused\n", served, kNetworks);
  CHECK(served > kNetworks / 4);
}

}  // namespace
}  // namespace inferpool::test
