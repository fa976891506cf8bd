// SPDX-License-Identifier: Apache-2.0
// ONNX networks that tests make up, as the bytes of a file and for the reference.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "runtimes/onnx/stored_tensor.hpp"

namespace inferpool::test {

// The part of TensorProto.DataType that tests need.
enum OnnxType : int { kFloat = 1, kUint8 = 2, kInt32 = 6, kInt64 = 7, kBool = 9, kDouble = 11 };

using runtimes::Sizes;

std::int64_t product(const Sizes& sizes);

// A tensor of any type, with its values.
struct Array {
  int type = kFloat;
  Sizes sizes = {};
  std::vector<double> values = {};
};

struct TestAttribute {
  std::string name;
  std::variant<std::int64_t, float, std::string, Sizes, std::vector<float>, Array> value;
};

struct TestNode {
  std::string op;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::vector<TestAttribute> attributes = {};
  std::string domain = {};
  std::string name = {};

  const TestAttribute* find(const std::string& attribute) const;
  std::int64_t number(const std::string& attribute, std::int64_t otherwise) const;
  float real(const std::string& attribute, float otherwise) const;
  std::string text(const std::string& attribute, const std::string& otherwise) const;
  Sizes numbers(const std::string& attribute, const Sizes& otherwise) const;
};

struct TestInput {
  std::string name;
  int type = kFloat;
  Sizes sizes = {};          // -1: free
  std::string symbol = "n";  // of free sizes
};

struct TestModel {
  int opset = 13;
  std::vector<TestInput> inputs = {};
  std::vector<TestInput> outputs = {};
  std::vector<std::pair<std::string, Array>> initializers = {};
  std::vector<TestNode> nodes = {};
};

// The model as an ONNX file.
std::string file_of(const TestModel& model);

// Parts of such a file, for faulty files.
std::string wire_number(std::uint32_t field, std::uint64_t value);
std::string wire_bytes(std::uint32_t field, const std::string& bytes);
std::string tensor_message(const std::string& name, const Array& array);
std::string node_message(const TestNode& node);
std::string value_message(const TestInput& value);
// The message of a model with this graph's message.
std::string model_message(const std::string& graph, int opset);

// The model in words, for the output of a failing test.
std::string described(const TestModel& model);

}  // namespace inferpool::test
