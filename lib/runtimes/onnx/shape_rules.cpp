// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/shape_rules.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

namespace inferpool::runtimes {
namespace {

using Rule = std::vector<Sizes> (*)(const NodeFacts&);

std::vector<Sizes> same(const NodeFacts& facts) { return {facts.sizes(0)}; }

std::vector<Sizes> pair(const NodeFacts& facts) {
  Sizes sizes = facts.sizes(0);
  for (std::size_t i = 1; i < facts.operands.size(); ++i) {
    sizes = broadcast(facts, sizes, facts.sizes(i));
  }
  return {sizes};
}

std::vector<Sizes> window(const NodeFacts& facts) {
  const Window window = facts.window();
  Sizes sizes{facts.sizes(0)[0], facts.sizes(0)[1]};
  if (facts.node.op == "Conv") {
    const std::int64_t groups = facts.node.number("group", 1);
    const Sizes& filters = facts.sizes(1);
    if (groups < 1 || filters[0] % groups != 0 || filters[1] * groups != sizes[1]) {
      unfit(facts, "the channels do not fit the filters");
    }
    if (facts.has(2) && facts.sizes(2) != Sizes{filters[0]})
      unfit(facts, "the bias has another size");
    sizes[1] = filters[0];
  }
  sizes.insert(sizes.end(), window.output.begin(), window.output.end());
  return {sizes};
}

std::vector<Sizes> global_pool(const NodeFacts& facts) {
  if (facts.rank() < 3) unfit(facts, "there is no image");
  Sizes sizes(facts.rank(), 1);
  std::copy_n(facts.sizes(0).begin(), 2, sizes.begin());
  return {sizes};
}

std::vector<Sizes> channels(const NodeFacts& facts) {
  if (facts.rank() < 2) unfit(facts, "there are no channels");
  for (std::size_t i = 1; i < facts.operands.size(); ++i) {
    if (facts.sizes(i) != Sizes{facts.sizes(0)[1]})
      unfit(facts, "an operand is not one per channel");
  }
  return same(facts);
}

std::vector<Sizes> gemm(const NodeFacts& facts) {
  Sizes a = facts.sizes(0);
  Sizes b = facts.sizes(1);
  if (a.size() != 2 || b.size() != 2) unfit(facts, "it is not a matrix");
  if (facts.node.number("transA", 0) != 0) std::swap(a[0], a[1]);
  if (facts.node.number("transB", 0) != 0) std::swap(b[0], b[1]);
  if (a[1] != b[0]) unfit(facts, "the matrices do not fit");
  const Sizes result{a[0], b[1]};
  if (facts.has(2) && broadcast(facts, result, facts.sizes(2)) != result)
    unfit(facts, "C is larger");
  return {result};
}

std::vector<Sizes> matmul(const NodeFacts& facts) {
  const Sizes& a = facts.sizes(0);
  const Sizes& b = facts.sizes(1);
  if (a.size() < 2 || b.size() < 2) unfit(facts, "a vector");
  if (a.back() != b[b.size() - 2]) unfit(facts, "the matrices do not fit");
  Sizes sizes = broadcast(facts, {a.begin(), a.end() - 2}, {b.begin(), b.end() - 2});
  sizes.push_back(a[a.size() - 2]);
  sizes.push_back(b.back());
  return {sizes};
}

std::vector<Sizes> concat(const NodeFacts& facts) {
  Sizes sizes = facts.sizes(0);
  const std::size_t axis = facts.axis();
  for (std::size_t i = 1; i < facts.operands.size(); ++i) {
    Sizes other = facts.sizes(i);
    if (other.size() != sizes.size()) unfit(facts, "the ranks differ");
    const std::int64_t size = std::exchange(other[axis], sizes[axis]);
    if (other != sizes) unfit(facts, "the sizes differ");
    sizes[axis] += size;
  }
  return {sizes};
}

std::vector<Sizes> reshape(const NodeFacts& facts) {
  Sizes sizes = facts.list(1, "shape").value_or(Sizes());
  const std::int64_t all = elements_of(facts.sizes(0));
  std::int64_t* open = nullptr;
  std::int64_t known = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) sizes[i] = i < facts.rank() ? facts.sizes(0)[i] : -2;
    if (sizes[i] == -1 && open == nullptr) {
      open = &sizes[i];
      continue;
    }
    if (sizes[i] < 1 || sizes[i] > all) unfit(facts, "the target is not a shape for it");
    known *= sizes[i];
    if (known > all) unfit(facts, "the target has more elements");
  }
  if (open != nullptr) *open = all / known;
  if (elements_of(sizes) != all) unfit(facts, "the target has another number of elements");
  return {sizes};
}

std::vector<Sizes> flatten(const NodeFacts& facts) {
  const auto axis = static_cast<std::ptrdiff_t>(facts.axis());
  const Sizes& sizes = facts.sizes(0);
  return {{elements_of({sizes.begin(), sizes.begin() + axis}),
           elements_of({sizes.begin() + axis, sizes.end()})}};
}

std::vector<Sizes> squeeze(const NodeFacts& facts) {
  const Sizes axes = facts.axes(1);
  Sizes sizes;
  for (std::size_t i = 0; i < facts.rank(); ++i) {
    const bool named = std::ranges::binary_search(axes, static_cast<std::int64_t>(i));
    if (named && facts.sizes(0)[i] != 1) unfit(facts, "an axis that goes is not 1");
    if (!named) sizes.push_back(facts.sizes(0)[i]);
  }
  return {sizes};
}

std::vector<Sizes> unsqueeze(const NodeFacts& facts) {
  Sizes sizes = facts.sizes(0);
  for (const std::int64_t axis : facts.axes(1)) sizes.insert(sizes.begin() + axis, 1);
  return {sizes};
}

std::vector<Sizes> transpose(const NodeFacts& facts) {
  Sizes order = facts.node.numbers("perm");
  for (std::size_t i = facts.rank(); order.size() < facts.rank() && i-- > 0;) {
    order.push_back(static_cast<std::int64_t>(i));
  }
  Sizes sizes;
  Sizes seen = order;
  std::ranges::sort(seen);
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] != static_cast<std::int64_t>(i)) unfit(facts, "perm is not an order of its axes");
  }
  if (order.size() != facts.rank()) unfit(facts, "perm has another rank");
  for (const std::int64_t axis : order)
    sizes.push_back(facts.sizes(0)[static_cast<std::size_t>(axis)]);
  return {sizes};
}

std::vector<Sizes> reduce(const NodeFacts& facts) {
  const bool index = facts.node.op == "ArgMax" || facts.node.op == "ArgMin";
  const Sizes axes = index ? Sizes{static_cast<std::int64_t>(facts.axis())} : facts.axes(1);
  const bool keep = facts.node.number("keepdims", 1) != 0;
  Sizes sizes;
  for (std::size_t i = 0; i < facts.rank(); ++i) {
    const bool named = std::ranges::binary_search(axes, static_cast<std::int64_t>(i));
    if (!named || keep) sizes.push_back(named ? 1 : facts.sizes(0)[i]);
  }
  return {sizes};
}

std::vector<Sizes> pad(const NodeFacts& facts) {
  Sizes sizes = facts.sizes(0);
  const Sizes pads = facts.list(1, "pads").value_or(Sizes());
  if (pads.size() != 2 * sizes.size()) unfit(facts, "pads have another rank");
  for (std::size_t i = 0; i < pads.size(); ++i) {
    if (pads[i] < 0 || pads[i] > 1 << 24) unfit(facts, "a pad is negative or large");
    sizes[i % sizes.size()] += pads[i];
  }
  return {sizes};
}

std::vector<Sizes> slice(const NodeFacts& facts) {
  Sizes sizes = facts.sizes(0);
  const Sizes starts = facts.list(1, "starts").value_or(Sizes());
  const Sizes ends = facts.list(2, "ends").value_or(Sizes());
  Sizes axes = facts.list(3, "axes").value_or(Sizes());
  const Sizes steps = facts.list(4, "steps").value_or(Sizes(starts.size(), 1));
  for (std::size_t i = 0; axes.size() < starts.size(); ++i)
    axes.push_back(static_cast<std::int64_t>(i));
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size()) {
    unfit(facts, "its lists differ in length");
  }
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis = NodeFacts::axis_of(axes[i], facts.rank());
    const std::int64_t size = facts.sizes(0)[axis];
    if (steps[i] < 1) unfit(facts, "a step is below 1");
    const auto inside = [&](std::int64_t at) {
      return at < -size ? 0 : std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
    };
    sizes[axis] = (inside(ends[i]) - inside(starts[i]) + steps[i] - 1) / steps[i];
    if (sizes[axis] < 1) unfit(facts, "the slice is empty");
  }
  return {sizes};
}

std::vector<Sizes> split(const NodeFacts& facts) {
  const std::size_t axis = facts.axis();
  const std::size_t count = facts.node.outputs.size();
  const std::int64_t size = facts.sizes(0)[axis];
  const auto even = static_cast<std::int64_t>(count);
  const Sizes parts = facts.list(1, "split").value_or(Sizes(count, size / even));
  std::int64_t sum = 0;
  std::vector<Sizes> outputs;
  for (const std::int64_t part : parts) {
    if (part < 1 || part > size) unfit(facts, "a part is empty or larger than the whole");
    outputs.push_back(facts.sizes(0));
    outputs.back()[axis] = part;
    sum += part;
  }
  if (parts.size() != count || sum != size) unfit(facts, "its parts are not the whole");
  return outputs;
}

constexpr std::array<std::pair<std::string_view, Rule>, 32> kRules{
    {{"Add", pair},
     {"Sub", pair},
     {"Mul", pair},
     {"Div", pair},
     {"Max", pair},
     {"Min", pair},
     {"Sum", pair},
     {"PRelu", pair},
     {"Conv", window},
     {"MaxPool", window},
     {"AveragePool", window},
     {"GlobalAveragePool", global_pool},
     {"GlobalMaxPool", global_pool},
     {"BatchNormalization", channels},
     {"InstanceNormalization", channels},
     {"Gemm", gemm},
     {"MatMul", matmul},
     {"Concat", concat},
     {"Reshape", reshape},
     {"Flatten", flatten},
     {"Squeeze", squeeze},
     {"Unsqueeze", unsqueeze},
     {"Transpose", transpose},
     {"ReduceMax", reduce},
     {"ReduceMean", reduce},
     {"ReduceMin", reduce},
     {"ReduceSum", reduce},
     {"ArgMax", reduce},
     {"ArgMin", reduce},
     {"Pad", pad},
     {"Slice", slice},
     {"Split", split}}};

}  // namespace

std::vector<Sizes> output_sizes(const NodeFacts& facts) {
  const auto rule = std::ranges::find(kRules, std::string_view(facts.node.op),
                                      [](const auto& entry) { return entry.first; });
  std::vector<Sizes> outputs = rule == kRules.end() ? same(facts) : rule->second(facts);
  for (const Sizes& sizes : outputs) static_cast<void>(elements_of(sizes));
  return outputs;
}

Sizes broadcast(const NodeFacts& facts, const Sizes& left, const Sizes& right) {
  Sizes sizes(std::max(left.size(), right.size()), 1);
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t a = i < left.size() ? left[left.size() - 1 - i] : 1;
    const std::int64_t b = i < right.size() ? right[right.size() - 1 - i] : 1;
    if (a != b && a != 1 && b != 1) unfit(facts, "the shapes do not broadcast");
    sizes[sizes.size() - 1 - i] = a == 1 ? b : a;
  }
  return sizes;
}

}  // namespace inferpool::runtimes
