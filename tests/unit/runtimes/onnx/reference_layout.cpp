// SPDX-License-Identifier: Apache-2.0
// Operators that go along an axis, or move elements.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

#include "unit/runtimes/onnx/reference.hpp"

namespace inferpool::test {
namespace {

Array softmax_of(Array x, std::size_t first, std::size_t behind, bool logarithm) {
  const Sizes strides = strides_of(x.sizes);
  std::int64_t length = 1;
  for (std::size_t i = first; i < behind; ++i) length *= x.sizes[i];
  std::int64_t step = 1;
  for (std::size_t i = behind; i < x.sizes.size(); ++i) step *= x.sizes[i];
  const auto count = static_cast<std::int64_t>(x.values.size());
  for (std::int64_t begin = 0; begin < count; begin += length * step) {
    for (std::int64_t at = begin; at < begin + step; ++at) {
      double top = -std::numeric_limits<double>::infinity();
      double sum = 0;
      const auto value = [&](std::int64_t i) -> double& {
        return x.values[static_cast<std::size_t>(at + i * step)];
      };
      for (std::int64_t i = 0; i < length; ++i) top = std::max(top, value(i));
      for (std::int64_t i = 0; i < length; ++i) sum += std::exp(value(i) - top);
      for (std::int64_t i = 0; i < length; ++i) {
        value(i) = logarithm ? value(i) - top - std::log(sum) : std::exp(value(i) - top) / sum;
      }
    }
  }
  return x;
}

// Before opset 13 all axes from `axis` on count as one.
template <bool kLogarithm>
std::vector<Array> softmax(const TestNode& node, const Operands& in, int opset) {
  const Array& x = *in.at(0);
  const std::size_t axis = axis_of(node.number("axis", opset < 13 ? 1 : -1), x.sizes.size());
  return {softmax_of(x, axis, opset < 13 ? x.sizes.size() : axis + 1, kLogarithm)};
}

std::vector<Array> concat(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  const std::size_t axis = axis_of(node.number("axis", 1), y.sizes.size());
  y.sizes[axis] = 0;
  for (const Array* one : in) {
    require(one->sizes.size() == y.sizes.size(), "ranks differ");
    for (std::size_t i = 0; i < y.sizes.size(); ++i) {
      require(i == axis || one->sizes[i] == y.sizes[i], "sizes differ");
    }
    y.sizes[axis] += one->sizes[axis];
  }
  y.values.clear();
  const std::int64_t outer =
      product({y.sizes.begin(), y.sizes.begin() + static_cast<std::ptrdiff_t>(axis)});
  for (std::int64_t i = 0; i < outer; ++i) {
    for (const Array* one : in) {
      const auto part = static_cast<std::ptrdiff_t>(one->values.size()) / outer;
      y.values.insert(y.values.end(), one->values.begin() + i * part,
                      one->values.begin() + (i + 1) * part);
    }
  }
  return {y};
}

std::vector<Array> reshape(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  Sizes sizes = axes_of(node, in, 1, "shape");
  std::int64_t known = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (sizes[i] == 0) sizes[i] = y.sizes.at(i);
    if (sizes[i] > 0) known *= sizes[i];
  }
  const auto count = static_cast<std::int64_t>(y.values.size());
  for (auto& size : sizes) size = size < 0 ? count / known : size;
  require(product(sizes) == count, "another number of elements");
  y.sizes = sizes;
  return {y};
}

std::vector<Array> flatten(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  const std::int64_t axis = node.number("axis", 1);
  const auto rank = static_cast<std::int64_t>(y.sizes.size());
  require(axis >= -rank && axis <= rank, "an axis is outside");
  const auto split = y.sizes.begin() + (axis < 0 ? axis + rank : axis);
  y.sizes = {product({y.sizes.begin(), split}), product({split, y.sizes.end()})};
  return {y};
}

std::vector<Array> squeeze(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  std::vector<bool> gone(y.sizes.size(), false);
  for (const auto axis : axes_of(node, in, 1)) gone[axis_of(axis, gone.size())] = true;
  Sizes sizes;
  for (std::size_t i = 0; i < gone.size(); ++i) {
    require(!gone[i] || y.sizes[i] == 1, "an axis is not 1");
    if (!gone[i]) sizes.push_back(y.sizes[i]);
  }
  y.sizes = sizes;
  return {y};
}

std::vector<Array> unsqueeze(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  Sizes axes = axes_of(node, in, 1);
  const std::size_t rank = y.sizes.size() + axes.size();
  for (auto& axis : axes) axis = static_cast<std::int64_t>(axis_of(axis, rank));
  std::ranges::sort(axes);
  for (const auto axis : axes) y.sizes.insert(y.sizes.begin() + axis, 1);
  return {y};
}

std::vector<Array> transpose(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const std::size_t rank = x.sizes.size();
  Sizes reversed;
  for (std::size_t i = rank; i-- > 0;) reversed.push_back(static_cast<std::int64_t>(i));
  const Sizes order = node.numbers("perm", reversed);
  require(order.size() == rank, "perm has another rank");
  Array y{x.type, {}, {}};
  Sizes steps;
  for (const auto axis : order) {
    y.sizes.push_back(x.sizes.at(static_cast<std::size_t>(axis)));
    steps.push_back(strides_of(x.sizes)[static_cast<std::size_t>(axis)]);
  }
  Sizes index(rank, 0);
  do {
    y.values.push_back(x.values[place_of(index, steps)]);
  } while (advance(index, y.sizes));
  return {y};
}

// The part of x from `begin` in steps.
Array part_of(const Array& x, const Sizes& begin, const Sizes& sizes, const Sizes& steps) {
  Array y{x.type, sizes, {}};
  require(product(sizes) > 0, "a part is empty");
  const Sizes strides = strides_of(x.sizes);
  Sizes index(sizes.size(), 0);
  do {
    Sizes from = begin;
    for (std::size_t i = 0; i < from.size(); ++i) from[i] += index[i] * steps[i];
    y.values.push_back(x.values.at(place_of(from, strides)));
  } while (advance(index, sizes));
  return y;
}

std::vector<Array> slice(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const Sizes starts = axes_of(node, in, 1, "starts");
  const Sizes ends = axes_of(node, in, 2, "ends");
  Sizes axes = axes_of(node, in, 3);
  const Sizes given_steps = axes_of(node, in, 4, "steps");
  Sizes begin(x.sizes.size(), 0);
  Sizes sizes = x.sizes;
  Sizes steps(x.sizes.size(), 1);
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const std::size_t axis =
        axis_of(axes.empty() ? static_cast<std::int64_t>(i) : axes[i], x.sizes.size());
    const std::int64_t size = x.sizes[axis];
    const std::int64_t step = given_steps.empty() ? 1 : given_steps[i];
    require(step > 0, "backwards");
    const auto inside = [&](std::int64_t at) {
      return std::clamp<std::int64_t>(at < 0 ? at + size : at, 0, size);
    };
    begin[axis] = inside(starts[i]);
    sizes[axis] = (inside(ends[i]) - begin[axis] + step - 1) / step;
    require(sizes[axis] > 0, "a part is empty");
    steps[axis] = step;
  }
  return {part_of(x, begin, sizes, steps)};
}

std::vector<Array> split(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const std::size_t axis = axis_of(node.number("axis", 0), x.sizes.size());
  Sizes parts = axes_of(node, in, 1, "split");
  if (parts.empty()) {
    const auto count = static_cast<std::int64_t>(node.outputs.size());
    require(x.sizes[axis] % count == 0, "parts are not equal");
    parts.assign(node.outputs.size(), x.sizes[axis] / count);
  }
  std::vector<Array> outputs;
  Sizes begin(x.sizes.size(), 0);
  for (const auto size : parts) {
    Sizes sizes = x.sizes;
    sizes[axis] = size;
    outputs.push_back(part_of(x, begin, sizes, Sizes(sizes.size(), 1)));
    begin[axis] += size;
  }
  require(begin[axis] == x.sizes[axis], "parts are not the whole");
  return outputs;
}

std::vector<Array> pad(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const Sizes pads = axes_of(node, in, 1, "pads");
  const double filler =
      in.size() > 2 && in[2] != nullptr ? in[2]->values.at(0) : node.real("value", 0);
  require(node.text("mode", "constant") == "constant" && pads.size() == 2 * x.sizes.size(), "pads");
  Array y{x.type, x.sizes, {}};
  for (std::size_t i = 0; i < x.sizes.size(); ++i) y.sizes[i] += pads[i] + pads[i + x.sizes.size()];
  Sizes index(y.sizes.size(), 0);
  do {
    Sizes from = index;
    bool inside = true;
    for (std::size_t i = 0; i < from.size(); ++i) {
      from[i] -= pads[i];
      inside = inside && from[i] >= 0 && from[i] < x.sizes[i];
    }
    y.values.push_back(inside ? x.values[place_of(from, strides_of(x.sizes))] : filler);
  } while (advance(index, y.sizes));
  return {y};
}

std::vector<Array> shape(const TestNode&, const Operands& in, int) {
  const Sizes& sizes = in.at(0)->sizes;
  return {{kInt64, {static_cast<std::int64_t>(sizes.size())}, {sizes.begin(), sizes.end()}}};
}

std::vector<Array> gather(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const std::size_t axis = axis_of(node.number("axis", 0), x.sizes.size());
  const auto axis_at = static_cast<std::ptrdiff_t>(axis);
  Array y{x.type, {x.sizes.begin(), x.sizes.begin() + axis_at}, {}};
  y.sizes.insert(y.sizes.end(), in.at(1)->sizes.begin(), in[1]->sizes.end());
  y.sizes.insert(y.sizes.end(), x.sizes.begin() + axis_at + 1, x.sizes.end());
  const std::int64_t inner = strides_of(x.sizes)[axis];
  for (std::int64_t outer = 0; outer < product({x.sizes.begin(), x.sizes.begin() + axis_at});
       ++outer) {
    for (const auto index : numbers_of(*in[1])) {
      const auto at =
          static_cast<std::int64_t>(axis_of(index, static_cast<std::size_t>(x.sizes[axis])));
      for (std::int64_t i = 0; i < inner; ++i) {
        y.values.push_back(
            x.values.at(static_cast<std::size_t>((outer * x.sizes[axis] + at) * inner + i)));
      }
    }
  }
  return {y};
}

std::vector<Array> constant(const TestNode& node, const Operands&, int) {
  return {std::get<Array>(node.find("value")->value)};
}

}  // namespace

void add_layout(Operators& operators) {
  operators.insert({{"Softmax", softmax<false>},
                    {"LogSoftmax", softmax<true>},
                    {"Concat", concat},
                    {"Reshape", reshape},
                    {"Flatten", flatten},
                    {"Squeeze", squeeze},
                    {"Unsqueeze", unsqueeze},
                    {"Transpose", transpose},
                    {"Slice", slice},
                    {"Split", split},
                    {"Pad", pad}});
  operators.insert({{"Shape", shape}, {"Gather", gather}, {"Constant", constant}});
}

}  // namespace inferpool::test
