// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/trusted_forms.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "runtimes/onnx/graph.hpp"
#include "runtimes/onnx/network_plan.hpp"
#include "runtimes/onnx/node_graph.hpp"
#include "unit/runtimes/onnx/verdict.hpp"

namespace inferpool::test {
namespace {

using runtimes::TrustedForm;

constexpr int kNetworksOfARow = 25;
constexpr unsigned kMostSeeds = 60'000;

// The row that allows the last node of the network with a batch of 3; null if none does.
const TrustedForm* row_of(const RandomGraph& graph, const TestModel& model) {
  const std::string file = file_of(model);
  const runtimes::Graph specs = runtimes::read_graph(file);
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<Shape> shapes;
  for (const auto& input : specs.inputs) inputs.push_back(input.name);
  for (const auto& output : specs.outputs) outputs.push_back(output.name);
  for (std::size_t i = 0; i < model.inputs.size(); ++i) {
    shapes.emplace_back(graph.sizes_of_input(i, 3));
  }
  try {
    const auto nodes = runtimes::read_node_graph(file, inputs, outputs);
    const auto plan = runtimes::plan_network(nodes, specs.inputs, specs.outputs, shapes);
    return plan.nodes.empty() ? nullptr : plan.nodes.back().form;
  } catch (const runtimes::NetworkError&) {
    return nullptr;
  }
}

// Adds what some operators need before them to make sense.
void prepare(RandomGraph& graph, const std::string& op, unsigned seed) {
  if (op == "Log" || op == "Sqrt" || op == "Reciprocal") graph.add("Sigmoid");
  if (op == "Cast" && seed % 2 == 0) graph.add("ArgMax");
}

struct Proof {
  int networks = 0;
  int wrong = 0;
};

// Draws networks of the operator until each of its rows has been compared often enough.
void compare(const std::string& op, std::map<const TrustedForm*, Proof>& proofs) {
  const auto is_done = [&](const auto& entry) {
    return entry.first->op != op || entry.second.networks >= kNetworksOfARow;
  };
  for (unsigned seed = 1; seed < kMostSeeds && !std::ranges::all_of(proofs, is_done); ++seed) {
    RandomGraph graph(seed);
    prepare(graph, op, seed);
    if (!graph.add(op)) continue;
    const TrustedForm* row = row_of(graph, graph.finish());
    if (row == nullptr || proofs.at(row).networks >= kNetworksOfARow) continue;
    ++proofs.at(row).networks;
    const Verdict verdict = verdict_on(graph);
    if (verdict.kind == Verdict::kRight) continue;
    ++proofs.at(row).wrong;
    INFO(to_text(*row) << "\n" << verdict.text);
    CHECK(verdict.kind == Verdict::kRight);
  }
}

TEST_CASE("each row of the table of trusted forms is right by OpenCV, for batches in any order",
          "[W2][W3][W4]") {
  std::map<const TrustedForm*, Proof> proofs;
  std::set<std::string> operators;
  for (const TrustedForm& form : runtimes::trusted_forms()) {
    proofs[&form] = {};
    operators.emplace(form.op);
  }
  for (const std::string& op : operators) compare(op, proofs);
  for (const auto& [form, proof] : proofs) {
    CAPTURE(to_text(*form));
    CHECK(proof.networks == kNetworksOfARow);
    CHECK(proof.wrong == 0);
  }
}

TEST_CASE("README shows the table of trusted forms as it is") {
  std::ifstream file(INFERPOOL_README);
  std::stringstream readme;
  readme << file.rdbuf();
  CAPTURE(runtimes::trusted_forms_text());
  CHECK(readme.str().find("```\n" + runtimes::trusted_forms_text() + "```\n") != std::string::npos);
}

}  // namespace
}  // namespace inferpool::test
