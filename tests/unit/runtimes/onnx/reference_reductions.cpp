// SPDX-License-Identifier: Apache-2.0
// Operators that make one element of several.
#include <algorithm>
#include <cstddef>

#include "unit/runtimes/onnx/reference.hpp"

namespace inferpool::test {
namespace {

// What `function` makes of the elements along the axes.
template <typename Function>
Array reduced(const Array& x, Sizes axes, bool keep, const Function& function) {
  std::vector<bool> gone(x.sizes.size(), axes.empty());
  for (const auto axis : axes) gone[axis_of(axis, gone.size())] = true;
  Sizes kept = x.sizes;
  for (std::size_t i = 0; i < gone.size(); ++i) kept[i] = gone[i] ? 1 : kept[i];
  Array y{x.type, kept, {}};
  std::vector<std::vector<double>> seen(static_cast<std::size_t>(product(kept)));
  Sizes index(x.sizes.size(), 0);
  const Sizes strides = strides_of(x.sizes);
  do {
    Sizes to = index;
    for (std::size_t i = 0; i < gone.size(); ++i) to[i] = gone[i] ? 0 : to[i];
    seen[place_of(to, strides_of(kept))].push_back(x.values[place_of(index, strides)]);
  } while (advance(index, x.sizes));
  for (const auto& values : seen) y.values.push_back(function(values));
  if (keep) return y;
  y.sizes.clear();
  for (std::size_t i = 0; i < gone.size(); ++i) {
    if (!gone[i]) y.sizes.push_back(kept[i]);
  }
  return y;
}

double sum_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return sum;
}
double mean_of(const std::vector<double>& values) {
  return sum_of(values) / static_cast<double>(values.size());
}
double max_of(const std::vector<double>& values) { return *std::ranges::max_element(values); }
double min_of(const std::vector<double>& values) { return *std::ranges::min_element(values); }
double place_of_max(const std::vector<double>& values) {
  return static_cast<double>(std::ranges::max_element(values) - values.begin());
}
double place_of_min(const std::vector<double>& values) {
  return static_cast<double>(std::ranges::min_element(values) - values.begin());
}

template <double (*kFunction)(const std::vector<double>&)>
std::vector<Array> reduce(const TestNode& node, const Operands& in, int) {
  return {reduced(*in.at(0), axes_of(node, in, 1), node.number("keepdims", 1) != 0, kFunction)};
}

template <double (*kFunction)(const std::vector<double>&)>
std::vector<Array> place(const TestNode& node, const Operands& in, int) {
  Array y =
      reduced(*in.at(0), {node.number("axis", 0)}, node.number("keepdims", 1) != 0, kFunction);
  y.type = kInt64;
  return {y};
}

}  // namespace

Sizes numbers_of(const Array& array) {
  Sizes numbers;
  for (const double value : array.values) numbers.push_back(static_cast<std::int64_t>(value));
  return numbers;
}

// An attribute of old opsets that became an operand.
Sizes axes_of(const TestNode& node, const Operands& in, std::size_t place, const char* name) {
  return place < in.size() && in[place] != nullptr ? numbers_of(*in[place])
                                                   : node.numbers(name, {});
}

void add_reductions(Operators& operators) {
  operators.insert({{"ReduceSum", reduce<sum_of>},
                    {"ReduceMean", reduce<mean_of>},
                    {"ReduceMax", reduce<max_of>},
                    {"ReduceMin", reduce<min_of>},
                    {"ArgMax", place<place_of_max>},
                    {"ArgMin", place<place_of_min>}});
}

}  // namespace inferpool::test
