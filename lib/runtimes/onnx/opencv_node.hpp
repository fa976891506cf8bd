// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "runtimes/onnx/node_facts.hpp"

namespace inferpool::runtimes {

// A constant of FP32, or of INT64 for the target of a Reshape.
struct WrittenConstant {
  Sizes sizes = {};
  std::vector<float> floats = {};
  Sizes whole = {};
};

// A node as it is written for OpenCV; opencv_file adds the names.
struct WrittenNode {
  std::string op = {};
  std::map<std::string, std::int64_t> numbers = {};
  std::map<std::string, float> reals = {};
  std::map<std::string, Sizes> lists = {};
  std::vector<std::size_t> operands = {};  // positions of computed values and of constants
  std::map<std::size_t, WrittenConstant> constants = {};  // by position
};

// The form of a trusted node that has the same meaning and that OpenCV reads right. `output` is the
// shape of its first output; with `any_batch` the written form leaves the first size open.
[[nodiscard]] WrittenNode opencv_node(const NodeFacts& facts, const Sizes& output, bool any_batch);

}  // namespace inferpool::runtimes
