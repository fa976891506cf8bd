// SPDX-License-Identifier: Apache-2.0
// One node and the facts about its operands, as in the plan of a network.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::test {

class NodeCase {
 public:
  explicit NodeCase(std::string op, std::int64_t opset = 13) : opset_(opset) {
    node_.op = std::move(op);
    node_.outputs = {"y"};
  }
  NodeCase(const NodeCase&) = delete;
  NodeCase& operator=(const NodeCase&) = delete;

  // Each adds the next operand: a computed value, an FP32 constant, known whole numbers, none.
  NodeCase& computed(runtimes::Sizes sizes, std::uint64_t type = 1) {
    return add({.type = type, .sizes = std::move(sizes)});
  }
  NodeCase& constant(runtimes::Sizes sizes, std::vector<float> values) {
    constants_.push_back({.type = 1, .sizes = sizes, .unpacked = std::move(values)});
    return add({.type = 1, .sizes = std::move(sizes), .constant = &constants_.back()});
  }
  NodeCase& whole(const runtimes::Sizes& numbers, bool follows_shapes = false) {
    return add({.type = 7,
                .sizes = {static_cast<std::int64_t>(numbers.size())},
                .whole = numbers,
                .follows_shapes = follows_shapes});
  }
  NodeCase& number(std::int64_t one) { return add({.type = 7, .whole = runtimes::Sizes{one}}); }
  NodeCase& left_out() {
    node_.inputs.emplace_back();
    operands_.push_back(nullptr);
    return *this;
  }

  NodeCase& with(const char* attribute, std::int64_t number) {
    node_.attributes.push_back({.name = attribute, .number = number});
    return *this;
  }
  NodeCase& with(const char* attribute, runtimes::Sizes numbers) {
    node_.attributes.push_back({.name = attribute, .numbers = std::move(numbers)});
    return *this;
  }
  NodeCase& with_text(const char* attribute, std::string text) {
    node_.attributes.push_back({.name = attribute, .text = std::move(text)});
    return *this;
  }
  NodeCase& with_real(const char* attribute, float real) {
    node_.attributes.push_back({.name = attribute, .real = real});
    return *this;
  }
  NodeCase& with_outputs(std::vector<std::string> outputs) {
    node_.outputs = std::move(outputs);
    return *this;
  }

  // Valid as long as this case lives.
  [[nodiscard]] runtimes::NodeFacts facts() const { return {node_, opset_, operands_}; }

 private:
  NodeCase& add(runtimes::PlannedValue value) {
    values_.push_back(std::move(value));
    node_.inputs.push_back("in" + std::to_string(operands_.size()));
    operands_.push_back(&values_.back());
    return *this;
  }

  std::int64_t opset_;
  runtimes::GraphNode node_ = {};
  std::deque<runtimes::StoredTensor> constants_ = {};  // a deque keeps their addresses
  std::deque<runtimes::PlannedValue> values_ = {};
  std::vector<const runtimes::PlannedValue*> operands_ = {};
};

}  // namespace inferpool::test
