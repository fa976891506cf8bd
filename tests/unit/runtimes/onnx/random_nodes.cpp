// SPDX-License-Identifier: Apache-2.0
// The forms of nodes that RandomGraph draws: all that ONNX allows, not only those that suit a
// backend.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <set>

#include "unit/runtimes/onnx/random_graph.hpp"

namespace inferpool::test {

void RandomGraph::draw(TestNode& node) {
  static const std::set<std::string> kPairs{"Add", "Sub", "Mul", "Div", "Pow", "Max", "Min", "Sum"};
  static const std::set<std::string> kPools{"MaxPool", "AveragePool", "GlobalAveragePool",
                                            "GlobalMaxPool"};
  static const std::set<std::string> kNorms{"BatchNormalization", "InstanceNormalization", "LRN"};
  static const std::set<std::string> kLayout{"Concat",    "Flatten",   "Gather",  "Pad",
                                             "Reshape",   "Slice",     "Split",   "Squeeze",
                                             "Transpose", "Unsqueeze", "Softmax", "LogSoftmax"};
  if (kPairs.contains(node.op)) return draw_pair(node);
  if (node.op == "Conv") return draw_conv(node);
  if (kPools.contains(node.op)) return draw_pool(node);
  if (kNorms.contains(node.op)) return draw_normalization(node);
  if (node.op == "MatMul" || node.op == "Gemm") return draw_product(node);
  if (kLayout.contains(node.op)) return draw_layout(node);
  if (node.op.starts_with("Reduce") || node.op.starts_with("Arg")) return draw_reduction(node);
  draw_element(node);
}

// A second operand: the same value, another one, or a constant that broadcasts.
std::string RandomGraph::partner_of(const std::string& value) {
  const Sizes& sizes = at(value);
  std::vector<std::string> alike;
  for (const auto& name : made_) {
    if (at(name) == sizes) alike.push_back(name);
  }
  if (with_chance(35))
    return alike[static_cast<std::size_t>(below(static_cast<int>(alike.size())))];
  if (with_chance(15)) return some_value();
  if (with_chance(15) && model_.inputs.size() < 3) {
    add_input();
    auto& input = model_.inputs.back();
    const std::string name = input.name;
    if (sizes.empty() || sizes.size() < 2) return name;
    input.sizes = sizes;
    if (sizes[0] != large_.at(value).sizes[0]) input.sizes[0] = -1;
    for (std::size_t i = 1; i < sizes.size(); ++i) {
      if (with_chance(10)) input.sizes[i] = 1;
    }
    Sizes now = input.sizes;
    now[0] = sizes[0];
    small_[name] = random_array(now, -reach_, reach_);
    now[0] = large_.at(value).sizes[0];
    large_[name] = random_array(now, -reach_, reach_);
    for (Arrays* arrays : {&small_, &large_}) round((*arrays)[name], input.type);
    std::swap(made_[made_.size() - 1], made_[made_.size() - 2]);
    return name;
  }
  Sizes shape = sizes;
  for (auto& size : shape) size = with_chance(50) ? 1 : size;
  if (with_chance(30)) shape.assign(sizes.size(), 1);
  if (with_chance(40) && sizes.size() > 1) {  // of the channels alone
    shape.assign(sizes.size(), 1);
    shape[1] = sizes[1];
  }
  if (shape.size() > 0 && sizes[0] != large_.at(value).sizes[0]) shape[0] = 1;
  while (!shape.empty() && shape.front() == 1 && with_chance(60)) shape.erase(shape.begin());
  return constant(random_array(shape, 0.3, 2));
}

void RandomGraph::draw_pair(TestNode& node) {
  const std::string value = some_value();
  node.inputs = {value, partner_of(value)};
  if (with_chance(30)) std::swap(node.inputs[0], node.inputs[1]);
  const bool many = node.op == "Max" || node.op == "Min" || node.op == "Sum";
  if (many && with_chance(20)) node.inputs.push_back(partner_of(value));
  if (many && with_chance(10)) node.inputs.resize(1);
}

void RandomGraph::draw_window(TestNode& node, int axes, bool dilated) {
  Sizes strides;
  Sizes dilations;
  Sizes pads;
  for (int i = 0; i < axes; ++i) {
    strides.push_back(between(1, 3));
    dilations.push_back(between(1, 2));
  }
  for (int i = 0; i < 2 * axes; ++i) pads.push_back(below(3));
  if (with_chance(50)) std::copy_n(pads.begin(), axes, pads.begin() + axes);
  if (with_chance(30)) pads.assign(pads.size(), 1);
  if (with_chance(70)) node.attributes.push_back({"strides", strides});
  if (dilated && with_chance(30)) node.attributes.push_back({"dilations", dilations});
  constexpr const char* kModes[] = {"SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET"};
  const bool automatic = with_chance(30);
  if (automatic) node.attributes.push_back({"auto_pad", std::string(kModes[below(4)])});
  if (!automatic && with_chance(70)) node.attributes.push_back({"pads", pads});
}

void RandomGraph::draw_conv(TestNode& node) {
  const std::string x = some_value();
  const Sizes sizes = at(x);
  require(sizes.size() > 2 && sizes[1] == large_.at(x).sizes[1], "no image");
  const int axes = static_cast<int>(sizes.size()) - 2;
  const bool depthwise = with_chance(25);
  std::int64_t groups = depthwise ? sizes[1] : 1;
  if (!depthwise && sizes[1] % 2 == 0 && with_chance(30)) groups = 2;
  Sizes filter{groups * between(1, 4), sizes[1] / groups};
  Sizes kernel;
  for (int i = 0; i < axes; ++i) kernel.push_back(between(1, 4));
  if (with_chance(20)) kernel.assign(kernel.size(), 1);
  if (with_chance(30)) kernel.assign(kernel.size(), 3);
  filter.insert(filter.end(), kernel.begin(), kernel.end());
  node.inputs = {x, constant(random_array(filter))};
  if (with_chance(70)) node.inputs.push_back(constant(random_array({filter[0]})));
  if (with_chance(70)) node.attributes.push_back({"kernel_shape", kernel});
  if (groups > 1 || with_chance(20)) node.attributes.push_back({"group", groups});
  draw_window(node, axes, true);
}

void RandomGraph::draw_pool(TestNode& node) {
  const std::string x = some_value();
  node.inputs = {x};
  const int axes = static_cast<int>(at(x).size()) - 2;
  require(axes > 0, "no image");
  if (node.op.starts_with("Global")) return;
  Sizes kernel;
  for (int i = 0; i < axes; ++i) kernel.push_back(between(1, 4));
  if (with_chance(40)) kernel.assign(kernel.size(), 2);
  node.attributes.push_back({"kernel_shape", kernel});
  draw_window(node, axes, node.op == "MaxPool" && model_.opset >= 10);
  const Sizes pads = node.numbers("pads", Sizes(kernel.size() * 2, 0));
  for (std::size_t i = 0; i < pads.size(); ++i)
    require(pads[i] < kernel[i % kernel.size()], "all pads");
  if (node.op == "AveragePool" && with_chance(30))
    node.attributes.push_back({"count_include_pad", std::int64_t{1}});
  const bool plain = node.text("auto_pad", "NOTSET") == "NOTSET";
  if (model_.opset >= 10 && plain && with_chance(20))
    node.attributes.push_back({"ceil_mode", std::int64_t{below(2)}});
  // With ceil_mode a last window that begins in the padding has two readings: leave it out.
  if (node.number("ceil_mode", 0) == 0) return;
  TestNode other = node;
  other.attributes.pop_back();
  for (const Arrays* arrays : {&small_, &large_}) {
    const auto output = computed(node, {&arrays->at(x)}, model_.opset)[0].sizes;
    for (int i = 0; i < axes; ++i) {
      const auto place = static_cast<std::size_t>(i);
      const auto begin =
          (output[place + 2] - 1) * node.numbers("strides", Sizes(kernel.size(), 1))[place];
      require(begin < at(x)[place + 2] + pads[place], "begins in the padding");
      require(node.op == "MaxPool" || node.number("count_include_pad", 0) == 0, "ambiguous");
    }
  }
}

void RandomGraph::draw_product(TestNode& node) {
  const std::string a = some_value();
  const Sizes sizes = at(a);
  require(sizes.size() > 1, "a vector");
  const auto columns = static_cast<std::int64_t>(between(1, 7));
  if (node.op == "Gemm") {
    const bool turned_a = with_chance(10);
    const bool turned_b = with_chance(60);
    const std::int64_t inner = turned_a ? sizes[0] : sizes[1];
    node.inputs = {
        a, constant(random_array(turned_b ? Sizes{columns, inner} : Sizes{inner, columns}))};
    if (with_chance(10)) node.inputs[1] = some_value();
    const Sizes shapes[] = {{columns}, {1, columns}, {}, {1}, {sizes[0], 1}, {sizes[0], columns}};
    if (with_chance(80))
      node.inputs.push_back(constant(random_array(shapes[with_chance(60) ? 0 : below(6)])));
    if (turned_a) node.attributes.push_back({"transA", std::int64_t{1}});
    if (turned_b || with_chance(20)) node.attributes.push_back({"transB", std::int64_t{turned_b}});
    if (with_chance(20)) node.attributes.push_back({"alpha", with_chance(30) ? 1.0F : 0.5F});
    if (with_chance(20)) node.attributes.push_back({"beta", with_chance(30) ? 1.0F : 1.5F});
    return;
  }
  if (with_chance(25)) {
    node.inputs = {a, some_value()};
    return;
  }
  Sizes right{sizes.back(), columns};
  if (with_chance(20) && sizes.size() > 2) {
    right.insert(right.begin(), sizes.begin(), sizes.end() - 2);
    if (right[0] != large_.at(a).sizes[0] || with_chance(30)) right[0] = 1;
  }
  node.inputs = {a, constant(random_array(right))};
  if (with_chance(15)) {
    Sizes left{columns, sizes[sizes.size() - 2]};
    node.inputs = {constant(random_array(left)), a};
  }
}

void RandomGraph::draw_normalization(TestNode& node) {
  const std::string x = some_value();
  const Sizes& sizes = at(x);
  require(sizes.size() > 1 && sizes[1] == large_.at(x).sizes[1], "no channels");
  node.inputs = {x};
  if (node.op == "LRN") {
    require(sizes.size() == 4, "no image");
    node.attributes.push_back({"size", std::int64_t{between(1, 5)}});
    if (with_chance(50)) node.attributes.push_back({"alpha", 0.3F});
    if (with_chance(50)) node.attributes.push_back({"beta", 0.6F});
    if (with_chance(50)) node.attributes.push_back({"bias", 1.5F});
    return;
  }
  const Sizes channels{sizes[1]};
  node.inputs.push_back(constant(random_array(channels)));
  node.inputs.push_back(constant(random_array(channels)));
  if (with_chance(40)) node.attributes.push_back({"epsilon", 0.01F});
  if (node.op == "InstanceNormalization") return;
  node.inputs.push_back(constant(random_array(channels)));
  node.inputs.push_back(constant(random_array(channels, 0.3, 2)));
  if (with_chance(30)) node.attributes.push_back({"momentum", 0.8F});
}

void RandomGraph::draw_element(TestNode& node) {
  const std::string x = some_value();
  node.inputs = {x};
  if (node.op == "Sin" || node.op == "Cos") {  // FP32 has no fraction of a large value
    for (const Arrays* arrays : {&small_, &large_}) {
      for (const double value : arrays->at(x).values) require(std::abs(value) < 20, "large");
    }
  }
  const bool positive = node.op == "Log" || node.op == "Sqrt" || node.op == "Reciprocal";
  if (positive) {  // the operand is not always positive
    for (const double value : small_.at(x).values) require(value > 0.05, "not positive");
    for (const double value : large_.at(x).values) require(value > 0.05, "not positive");
    const bool surely = !model_.nodes.empty() && (model_.nodes.back().op == "Sigmoid" ||
                                                  model_.nodes.back().op == "Softplus");
    require(surely, "not positive");
  }
  static const std::set<std::string> kRough{"Floor", "Ceil", "Round"};
  static const std::set<std::string> kAlpha{"LeakyRelu",       "Elu",         "Celu",
                                            "ThresholdedRelu", "HardSigmoid", "Selu"};
  if (kAlpha.contains(node.op) && with_chance(60))
    node.attributes.push_back({"alpha", with_chance(50) ? 0.3F : 1.7F});
  if (node.op == "HardSigmoid" && with_chance(60)) node.attributes.push_back({"beta", 0.4F});
  if (node.op == "Selu" && with_chance(60)) node.attributes.push_back({"gamma", 1.2F});
  if (node.op == "Cast")
    node.attributes.push_back({"to", std::int64_t{with_chance(70) ? kFloat : kInt64}});
  if (node.op == "Dropout" && model_.opset < 12 && with_chance(50))
    node.attributes.push_back({"ratio", 0.3F});
  if (node.op == "PRelu") {
    Sizes slope(at(x).size(), 1);
    if (slope.size() > 1 && with_chance(80)) slope[1] = at(x)[1];
    if (slope.size() > 1 && with_chance(15)) slope.back() = at(x).back();
    while (!slope.empty() && slope.front() == 1 && with_chance(80)) slope.erase(slope.begin());
    node.inputs.push_back(constant(random_array(slope, 0.1, 0.9)));
  }
  if (node.op != "Clip") return;
  const Array low{kFloat, {}, {-0.5F}};
  const Array high{kFloat, {}, {0.8F}};
  if (model_.opset < 11) {
    if (with_chance(70)) node.attributes.push_back({"min", -0.5F});
    if (with_chance(70)) node.attributes.push_back({"max", 0.8F});
    return;
  }
  const bool floor = with_chance(70);
  if (floor || with_chance(50)) node.inputs.push_back(floor ? constant(low) : "");
  if (node.inputs.size() > 1 && (!floor || with_chance(60))) node.inputs.push_back(constant(high));
}

void RandomGraph::draw_reduction(TestNode& node) {
  const std::string x = some_value();
  const int rank = static_cast<int>(at(x).size());
  require(rank > 0, "a scalar");
  node.inputs = {x};
  if (with_chance(50)) node.attributes.push_back({"keepdims", std::int64_t{below(2)}});
  const auto axis = [&] {
    return std::int64_t{with_chance(60) ? below(rank) : below(rank) - rank};
  };
  if (node.op.starts_with("Arg")) {
    if (with_chance(80)) node.attributes.push_back({"axis", axis()});
    return;
  }
  Sizes axes{axis()};
  if (rank > 2 && with_chance(40)) axes = {rank - 2, rank - 1};
  if (with_chance(10)) return;
  if (model_.opset >= 13 && node.op == "ReduceSum") {
    node.inputs.push_back(numbers(axes));
  } else {
    node.attributes.push_back({"axes", axes});
  }
}

}  // namespace inferpool::test
