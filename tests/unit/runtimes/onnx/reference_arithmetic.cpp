// SPDX-License-Identifier: Apache-2.0
// Operators on elements, with ONNX's (NumPy's) broadcasting.
#include <algorithm>
#include <cmath>
#include <cstddef>

#include "unit/runtimes/onnx/reference.hpp"

namespace inferpool::test {
namespace {

Sizes broadcast(const Sizes& a, const Sizes& b) {
  Sizes result(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 0; i < result.size(); ++i) {
    const std::int64_t left = i < a.size() ? a[a.size() - 1 - i] : 1;
    const std::int64_t right = i < b.size() ? b[b.size() - 1 - i] : 1;
    require(left == right || left == 1 || right == 1, "shapes do not broadcast");
    result[result.size() - 1 - i] = left == 1 ? right : left;
  }
  return result;
}

double at(const Array& array, const Sizes& index) {
  const Sizes strides = strides_of(array.sizes);
  std::int64_t place = 0;
  const std::size_t skipped = index.size() - array.sizes.size();
  for (std::size_t axis = 0; axis < array.sizes.size(); ++axis) {
    if (array.sizes[axis] > 1) place += index[axis + skipped] * strides[axis];
  }
  return array.values[static_cast<std::size_t>(place)];
}

template <typename Function>
Array paired(const Array& a, const Array& b, const Function& function) {
  Array result{a.type, broadcast(a.sizes, b.sizes), {}};
  Sizes index(result.sizes.size(), 0);
  do {
    result.values.push_back(function(at(a, index), at(b, index)));
  } while (advance(index, result.sizes));
  return result;
}

template <typename Function>
Array each(const Array& a, const Function& function) {
  Array result = a;
  std::ranges::transform(result.values, result.values.begin(), function);
  return result;
}

template <double (*kFunction)(double, double)>
std::vector<Array> pairs(const TestNode&, const Operands& in, int) {
  Array result = *in.at(0);
  require(in.size() > 1, "one operand is missing");
  for (std::size_t i = 1; i < in.size(); ++i) result = paired(result, *in[i], kFunction);
  return {result};
}

template <double (*kFunction)(double)>
std::vector<Array> elements(const TestNode&, const Operands& in, int) {
  return {each(*in.at(0), kFunction)};
}

// With the attribute alpha, and its default in hundredths.
template <double (*kFunction)(double, double), int kHundredths>
std::vector<Array> with_alpha(const TestNode& node, const Operands& in, int) {
  const double alpha = node.real("alpha", kHundredths / 100.0F);
  return {each(*in.at(0), [&](double x) { return kFunction(x, alpha); })};
}

double add(double a, double b) { return a + b; }
double sub(double a, double b) { return a - b; }
double mul(double a, double b) { return a * b; }
double div(double a, double b) { return a / b; }
double pow(double a, double b) { return std::pow(a, b); }
double max(double a, double b) { return std::max(a, b); }
double min(double a, double b) { return std::min(a, b); }
double relu(double x) { return std::max(x, 0.0); }
double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
double hard_swish(double x) { return x * std::clamp(x / 6 + 0.5, 0.0, 1.0); }
double mish(double x) { return x * std::tanh(std::log1p(std::exp(x))); }
double softplus(double x) { return std::log1p(std::exp(x)); }
double softsign(double x) { return x / (1 + std::abs(x)); }
double negative(double x) { return -x; }
double reciprocal(double x) { return 1 / x; }
double leaky(double x, double alpha) { return x < 0 ? alpha * x : x; }
double elu(double x, double alpha) { return x < 0 ? alpha * std::expm1(x) : x; }
double celu(double x, double alpha) {
  return std::max(0.0, x) + std::min(0.0, alpha * std::expm1(x / alpha));
}
double thresholded(double x, double alpha) { return x > alpha ? x : 0; }

std::vector<Array> hard_sigmoid(const TestNode& node, const Operands& in, int) {
  const double alpha = node.real("alpha", 0.2F);
  const double beta = node.real("beta", 0.5F);
  return {each(*in.at(0), [&](double x) { return std::clamp(alpha * x + beta, 0.0, 1.0); })};
}

std::vector<Array> selu(const TestNode& node, const Operands& in, int) {
  const double alpha = node.real("alpha", 1.67326319F);
  const double gamma = node.real("gamma", 1.05070102F);
  return {each(*in.at(0), [&](double x) { return gamma * (x > 0 ? x : alpha * std::expm1(x)); })};
}

std::vector<Array> clip(const TestNode& node, const Operands& in, int opset) {
  const auto limit = [&](std::size_t place, const char* name, float otherwise) -> double {
    if (opset < 11) return node.real(name, otherwise);
    return place < in.size() && in[place] != nullptr ? in[place]->values.at(0) : otherwise;
  };
  const double low = limit(1, "min", -3e38F);
  const double high = limit(2, "max", 3e38F);
  return {each(*in.at(0), [&](double x) { return std::min(std::max(x, low), high); })};
}

std::vector<Array> prelu(const TestNode&, const Operands& in, int) {
  require(broadcast(in.at(0)->sizes, in.at(1)->sizes) == in[0]->sizes, "slope is larger");
  return {paired(*in[0], *in[1], [](double x, double slope) { return x < 0 ? slope * x : x; })};
}

std::vector<Array> identity(const TestNode&, const Operands& in, int) { return {*in.at(0)}; }

std::vector<Array> cast(const TestNode& node, const Operands& in, int) {
  Array result = *in.at(0);
  result.type = static_cast<int>(node.number("to", 1));
  if (result.type != kFloat && result.type != kDouble) {
    for (double& value : result.values) value = std::trunc(value);
  }
  return {result};
}

}  // namespace

void add_arithmetic(Operators& operators) {
  operators.insert({{"Add", pairs<add>},
                    {"Sub", pairs<sub>},
                    {"Mul", pairs<mul>},
                    {"Div", pairs<div>},
                    {"Pow", pairs<pow>},
                    {"Max", pairs<max>},
                    {"Min", pairs<min>},
                    {"Sum", pairs<add>}});
  operators.insert({{"Relu", elements<relu>},
                    {"Sigmoid", elements<sigmoid>},
                    {"HardSwish", elements<hard_swish>},
                    {"Softplus", elements<softplus>},
                    {"Mish", elements<mish>},
                    {"Softsign", elements<softsign>},
                    {"Neg", elements<negative>},
                    {"Reciprocal", elements<reciprocal>},
                    {"Tanh", elements<std::tanh>},
                    {"Exp", elements<std::exp>},
                    {"Log", elements<std::log>},
                    {"Sqrt", elements<std::sqrt>},
                    {"Abs", elements<std::fabs>},
                    {"Floor", elements<std::floor>},
                    {"Ceil", elements<std::ceil>},
                    {"Erf", elements<std::erf>},
                    {"Sin", elements<std::sin>},
                    {"Cos", elements<std::cos>},
                    {"Round", elements<std::nearbyint>}});
  operators.insert({{"LeakyRelu", with_alpha<leaky, 1>},
                    {"Elu", with_alpha<elu, 100>},
                    {"Celu", with_alpha<celu, 100>},
                    {"ThresholdedRelu", with_alpha<thresholded, 100>},
                    {"HardSigmoid", hard_sigmoid},
                    {"Selu", selu},
                    {"Clip", clip},
                    {"PRelu", prelu},
                    {"Identity", identity},
                    {"Dropout", identity},
                    {"Cast", cast}});
}

}  // namespace inferpool::test
