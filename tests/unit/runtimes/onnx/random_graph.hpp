// SPDX-License-Identifier: Apache-2.0
// Small random networks. A seed gives the same network on every machine.
#pragma once

#include <random>
#include <span>
#include <string>
#include <vector>

#include "unit/runtimes/onnx/reference.hpp"
#include "unit/runtimes/onnx/test_model.hpp"

namespace inferpool::test {

// Grows a valid network node by node. Its sizes are seldom equal, so that a swap of two axes shows.
// If the first size of the inputs is free, it is the batch.
class RandomGraph {
 public:
  explicit RandomGraph(unsigned seed);

  // The operators whose nodes it can make, each in many forms.
  static std::span<const char* const> operators();

  // Adds a node of this operator; false if the drawn form is not valid ONNX here.
  bool add(const std::string& op);

  // Marks the outputs; the model is complete then.
  const TestModel& finish();

  // Values for the inputs.
  Arrays inputs_for(std::int64_t batch);

  // The shape of an input with this batch, as the model's file says it.
  Sizes sizes_of_input(std::size_t input, std::int64_t batch) const;

 private:
  int below(int count) { return static_cast<int>(random_() % static_cast<unsigned>(count)); }
  bool with_chance(int percent) { return below(100) < percent; }
  int between(int low, int high) { return low + below(high - low + 1); }

  std::string new_name(const char* kind);
  Sizes random_sizes(int rank);
  Array random_array(const Sizes& sizes, double low = -1.5, double high = 1.5);
  static void round(Array& array, int type);
  void add_input();
  std::string some_value();
  std::string constant(const Array& array);
  // A constant in another shape, and a node that gives it its own, as some exporters write it.
  std::string reshaped_constant(const Array& array);
  std::string numbers(const Sizes& numbers);
  // Adds a list, which is an attribute up to some opset and an operand from there on.
  void put(TestNode& node, const char* name, const Sizes& list, bool as_operand);
  // An axis of an array of this rank, counted from either end.
  std::int64_t axis_of_rank(std::size_t rank);
  bool has_batch(const std::string& value) const;
  const Sizes& at(const std::string& value) const { return small_.at(value).sizes; }

  // Each of these fills in operands and attributes.
  void draw(TestNode& node);
  void draw_pair(TestNode& node);
  void draw_window(TestNode& node, int axes, bool dilated);
  void draw_conv(TestNode& node);
  void draw_pool(TestNode& node);
  void draw_product(TestNode& node);
  void draw_normalization(TestNode& node);
  void draw_element(TestNode& node);
  void draw_layout(TestNode& node);
  void draw_concat(TestNode& node);
  void draw_transpose(TestNode& node);
  void draw_reshape(TestNode& node);
  void draw_squeeze(TestNode& node);
  void draw_gather(TestNode& node);
  void draw_slice(TestNode& node);
  void draw_split(TestNode& node);
  void draw_pad(TestNode& node);
  void draw_reduction(TestNode& node);
  std::string partner_of(const std::string& value);

  std::mt19937 random_;
  TestModel model_;
  Arrays small_;                   // all values with a batch of 5
  Arrays large_;                   // and with one of 7; what differs depends on the batch
  std::vector<std::string> made_;  // values that are not constants
  int names_ = 0;
  double reach_ = 1.5;  // of the inputs' values
};

}  // namespace inferpool::test
