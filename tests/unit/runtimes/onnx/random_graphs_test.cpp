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

// Operators of which OpenCV's importer fuses several that follow each other.
std::string operator_of_patterns(std::mt19937& random) {
  constexpr const char* kOfPatterns[] = {
      "Div", "Elu", "Mul", "Mul",       "Exp",         "Sqrt", "Max",  "ReduceSum", "Reciprocal",
      "Sub", "Add", "Log", "ReduceMax", "HardSigmoid", "Tanh", "Clip", "Sum",       "Identity"};
  return kOfPatterns[random() % std::size(kOfPatterns)];
}

// Draws networks of up to that many nodes and returns how many are served.
std::size_t served(unsigned first_seed, unsigned most_nodes, std::string (*drawn)(std::mt19937&)) {
  std::size_t right = 0;
  for (unsigned seed = 1; seed <= kNetworks; ++seed) {
    std::mt19937 random(seed);
    RandomGraph graph(first_seed + seed);
    const unsigned wanted = 1 + static_cast<unsigned>(random()) % most_nodes;
    unsigned nodes = 0;
    for (int tries = 0; nodes < wanted && tries < 200; ++tries) {
      if (graph.add(drawn(random))) ++nodes;
    }
    REQUIRE(nodes > 0);
    const Verdict verdict = verdict_on(graph);
    INFO("seed " << seed << "\n" << verdict.text);
    CHECK(verdict.kind != Verdict::kWrong);
    if (verdict.kind == Verdict::kRight) ++right;
  }
  std::printf("random networks: %zu of %u served, the others refused\n", right, kNetworks);
  return right;
}

TEST_CASE("500 random networks are each right by OpenCV or refused when they are loaded",
          "[W2][W3][W4]") {
  CHECK(served(1'000'000, 6, drawn_operator) > kNetworks / 4);
}

TEST_CASE("500 random networks of what OpenCV's importer puts together are right or refused",
          "[W4]") {
  CHECK(served(2'000'000, 9, operator_of_patterns) > kNetworks / 10);
}

}  // namespace
}  // namespace inferpool::test
