// SPDX-License-Identifier: Apache-2.0
// Layers of networks: convolution, pooling, normalization, products of matrices.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>

#include "unit/runtimes/onnx/reference.hpp"

namespace inferpool::test {
namespace {

// How a kernel goes over the axes behind the second one.
struct Window {
  Sizes kernel, strides, dilations, pads, output;

  Window(const TestNode& node, const Sizes& input, Sizes kernel_sizes)
      : kernel(std::move(kernel_sizes)) {
    const std::size_t axes = kernel.size();
    require(input.size() == axes + 2, "the kernel has another rank");
    strides = node.numbers("strides", Sizes(axes, 1));
    dilations = node.numbers("dilations", Sizes(axes, 1));
    pads = node.numbers("pads", Sizes(2 * axes, 0));
    const std::string mode = node.text("auto_pad", "NOTSET");
    for (std::size_t i = 0; i < axes; ++i) {
      const std::int64_t size = input[i + 2];
      const std::int64_t reach = (kernel[i] - 1) * dilations[i] + 1;
      if (mode.starts_with("SAME")) {
        const std::int64_t wanted = (size + strides[i] - 1) / strides[i];
        const std::int64_t pad =
            std::max<std::int64_t>((wanted - 1) * strides[i] + reach - size, 0);
        pads[i] = mode == "SAME_UPPER" ? pad / 2 : pad - pad / 2;
        pads[i + axes] = pad - pads[i];
      }
      const std::int64_t room = size + pads[i] + pads[i + axes] - reach;
      require(room >= 0, "the kernel does not fit");
      const std::int64_t up = node.number("ceil_mode", 0) != 0 ? strides[i] - 1 : 0;
      output.push_back((room + up) / strides[i] + 1);
    }
  }

  // Calls use(index of the kernel, place in the image) for all that is inside the image.
  template <typename Use>
  void visit(const Sizes& at, const Sizes& image, const Use& use) const {
    Sizes k(kernel.size(), 0);
    const Sizes steps = strides_of(image);
    do {
      std::int64_t place = 0;
      bool inside = true;
      for (std::size_t i = 0; i < k.size(); ++i) {
        const std::int64_t x = at[i] * strides[i] - pads[i] + k[i] * dilations[i];
        inside = inside && x >= 0 && x < image[i];
        place += x * steps[i];
      }
      if (inside) use(k, static_cast<std::size_t>(place));
    } while (advance(k, kernel));
  }
};

Sizes image_of(const Sizes& sizes) { return {sizes.begin() + 2, sizes.end()}; }

std::vector<Array> conv(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  const Array& w = *in.at(1);
  require(w.sizes.size() == x.sizes.size() && x.sizes.size() > 2, "ranks differ");
  const std::int64_t groups = node.number("group", 1);
  require(x.sizes[1] == w.sizes[1] * groups && w.sizes[0] % groups == 0, "channels do not fit");
  const Sizes image = image_of(x.sizes);
  const Window window(node, x.sizes, image_of(w.sizes));
  const auto pixels = static_cast<std::size_t>(product(image));
  const Sizes kernel_steps = strides_of(window.kernel);
  const auto taps = static_cast<std::size_t>(product(window.kernel));
  Array y{x.type, {x.sizes[0], w.sizes[0]}, {}};
  y.sizes.insert(y.sizes.end(), window.output.begin(), window.output.end());
  for (std::int64_t n = 0; n < x.sizes[0]; ++n) {
    for (std::int64_t m = 0; m < w.sizes[0]; ++m) {
      Sizes at(window.output.size(), 0);
      do {
        double sum =
            in.size() > 2 && in[2] != nullptr ? in[2]->values.at(static_cast<std::size_t>(m)) : 0;
        for (std::int64_t c = 0; c < w.sizes[1]; ++c) {
          const std::int64_t from = m / (w.sizes[0] / groups) * w.sizes[1] + c;
          const auto channel = static_cast<std::size_t>(n * x.sizes[1] + from) * pixels;
          const auto filter = static_cast<std::size_t>(m * w.sizes[1] + c) * taps;
          window.visit(at, image, [&](const Sizes& k, std::size_t place) {
            sum += x.values[channel + place] * w.values[filter + place_of(k, kernel_steps)];
          });
        }
        y.values.push_back(sum);
      } while (advance(at, window.output));
    }
  }
  return {y};
}

template <typename Function>
Array pooled(const Array& x, const Window& window, const Function& function) {
  Array y{x.type, {x.sizes[0], x.sizes[1]}, {}};
  y.sizes.insert(y.sizes.end(), window.output.begin(), window.output.end());
  const Sizes image = image_of(x.sizes);
  const std::int64_t pixels = product(image);
  for (std::int64_t plane = 0; plane < x.sizes[0] * x.sizes[1]; ++plane) {
    Sizes at(window.output.size(), 0);
    do {
      std::vector<double> seen;
      window.visit(at, image, [&](const Sizes&, std::size_t place) {
        seen.push_back(x.values[static_cast<std::size_t>(plane * pixels) + place]);
      });
      y.values.push_back(function(seen));
    } while (advance(at, window.output));
  }
  return y;
}

double largest(const std::vector<double>& seen) {
  require(!seen.empty(), "a window sees nothing");
  return *std::ranges::max_element(seen);
}

double mean(const std::vector<double>& seen) {
  require(!seen.empty(), "a window sees nothing");
  return std::accumulate(seen.begin(), seen.end(), 0.0) / static_cast<double>(seen.size());
}

std::vector<Array> max_pool(const TestNode& node, const Operands& in, int) {
  return {pooled(*in.at(0), Window(node, in[0]->sizes, node.numbers("kernel_shape", {})), largest)};
}

std::vector<Array> average_pool(const TestNode& node, const Operands& in, int) {
  const Window window(node, in.at(0)->sizes, node.numbers("kernel_shape", {}));
  const auto all = static_cast<double>(product(window.kernel));
  const bool with_pads = node.number("count_include_pad", 0) != 0;
  return {pooled(*in[0], window, [&](const std::vector<double>& seen) {
    return mean(seen) * (with_pads ? static_cast<double>(seen.size()) / all : 1);
  })};
}

template <double (*kFunction)(const std::vector<double>&)>
std::vector<Array> global_pool(const TestNode&, const Operands& in, int) {
  require(in.at(0)->sizes.size() > 2, "no image");
  return {pooled(*in[0], Window({}, in[0]->sizes, image_of(in[0]->sizes)), kFunction)};
}

std::vector<Array> batch_normalization(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  const double epsilon = node.real("epsilon", 1e-5F);
  require(y.sizes.size() > 1 && in.at(4)->sizes == Sizes{y.sizes[1]}, "channels do not fit");
  const auto step = static_cast<std::size_t>(strides_of(y.sizes)[1]);
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const std::size_t c = i / step % static_cast<std::size_t>(y.sizes[1]);
    y.values[i] = (y.values[i] - in[3]->values[c]) / std::sqrt(in[4]->values[c] + epsilon) *
                      in[1]->values[c] +
                  in[2]->values[c];
  }
  return {y};
}

std::vector<Array> instance_normalization(const TestNode& node, const Operands& in, int) {
  Array y = *in.at(0);
  const double epsilon = node.real("epsilon", 1e-5F);
  require(y.sizes.size() > 2 && in.at(1)->sizes == Sizes{y.sizes[1]}, "channels do not fit");
  const auto step = static_cast<std::size_t>(strides_of(y.sizes)[1]);
  for (std::size_t at = 0; at < y.values.size(); at += step) {
    const auto c = at / step % static_cast<std::size_t>(y.sizes[1]);
    const std::vector<double> plane(y.values.begin() + static_cast<std::ptrdiff_t>(at),
                                    y.values.begin() + static_cast<std::ptrdiff_t>(at + step));
    const double middle = mean(plane);
    double variance = 0;
    for (const double value : plane) variance += (value - middle) * (value - middle);
    const double scale = 1 / std::sqrt(variance / static_cast<double>(step) + epsilon);
    for (std::size_t i = at; i < at + step; ++i) {
      y.values[i] = (y.values[i] - middle) * scale * in[1]->values[c] + in[2]->values[c];
    }
  }
  return {y};
}

std::vector<Array> lrn(const TestNode& node, const Operands& in, int) {
  const Array& x = *in.at(0);
  Array y = x;
  const std::int64_t size = node.number("size", 1);
  const auto step = strides_of(x.sizes)[1];
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const std::int64_t c = static_cast<std::int64_t>(i) / step % x.sizes[1];
    double sum = 0;
    for (std::int64_t k = std::max<std::int64_t>(0, c - (size - 1) / 2);
         k <= std::min(x.sizes[1] - 1, c + size / 2); ++k) {
      const double value =
          x.values[static_cast<std::size_t>(static_cast<std::int64_t>(i) + (k - c) * step)];
      sum += value * value;
    }
    const double base =
        node.real("bias", 1) + node.real("alpha", 1e-4F) / static_cast<double>(size) * sum;
    y.values[i] = x.values[i] / std::pow(base, node.real("beta", 0.75F));
  }
  return {y};
}

// The two last axes exchanged.
Array turned(const Array& a) {
  Array result{a.type, {a.sizes[1], a.sizes[0]}, {}};
  for (std::int64_t j = 0; j < a.sizes[1]; ++j) {
    for (std::int64_t i = 0; i < a.sizes[0]; ++i) {
      result.values.push_back(a.values[static_cast<std::size_t>(i * a.sizes[1] + j)]);
    }
  }
  return result;
}

std::vector<Array> matmul(const TestNode&, const Operands& in, int) {
  const Array& a = *in.at(0);
  const Array& b = *in.at(1);
  require(a.sizes.size() > 1 && b.sizes.size() > 1, "a vector");
  const std::int64_t rows = a.sizes[a.sizes.size() - 2];
  const std::int64_t inner = a.sizes.back();
  const std::int64_t columns = b.sizes.back();
  require(b.sizes[b.sizes.size() - 2] == inner, "the matrices do not fit");
  Sizes batch(std::max(a.sizes.size(), b.sizes.size()) - 2, 1);
  const auto of = [&](const Array& m, std::size_t axis) {  // the size of m on one axis of the batch
    const std::size_t skipped = batch.size() - (m.sizes.size() - 2);
    return axis < skipped ? 1 : m.sizes[axis - skipped];
  };
  for (std::size_t i = 0; i < batch.size(); ++i) {
    require(of(a, i) == of(b, i) || of(a, i) == 1 || of(b, i) == 1, "batches do not fit");
    batch[i] = std::max(of(a, i), of(b, i));
  }
  const auto place = [&](const Array& m, const Sizes& index) {
    std::int64_t at = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
      at = at * of(m, i) + (of(m, i) == 1 ? 0 : index[i]);
    }
    return at;
  };
  Array y{a.type, batch, {}};
  y.sizes.insert(y.sizes.end(), {rows, columns});
  Sizes index(batch.size(), 0);
  do {
    const std::int64_t left = place(a, index) * rows * inner;
    const std::int64_t right = place(b, index) * inner * columns;
    for (std::int64_t r = 0; r < rows; ++r) {
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = 0;
        for (std::int64_t k = 0; k < inner; ++k) {
          sum += a.values[static_cast<std::size_t>(left + r * inner + k)] *
                 b.values[static_cast<std::size_t>(right + k * columns + c)];
        }
        y.values.push_back(sum);
      }
    }
  } while (advance(index, batch));
  return {y};
}

std::vector<Array> gemm(const TestNode& node, const Operands& in, int opset) {
  require(in.at(0)->sizes.size() == 2 && in.at(1)->sizes.size() == 2, "no matrix");
  const Array a = node.number("transA", 0) != 0 ? turned(*in[0]) : *in[0];
  const Array b = node.number("transB", 0) != 0 ? turned(*in[1]) : *in[1];
  Array y = matmul({}, {&a, &b}, opset).front();
  const double alpha = node.real("alpha", 1);
  for (double& value : y.values) value *= alpha;
  if (in.size() < 3 || in[2] == nullptr) return {y};
  Array c = *in[2];
  const double beta = node.real("beta", 1);
  for (double& value : c.values) value *= beta;
  Array sum = computed({"Add", {}, {}}, {&y, &c}, opset).front();
  require(sum.sizes == y.sizes, "C does not fit");
  return {sum};
}

}  // namespace

void add_layers(Operators& operators) {
  operators.insert({{"Conv", conv},
                    {"MaxPool", max_pool},
                    {"AveragePool", average_pool},
                    {"GlobalAveragePool", global_pool<mean>},
                    {"GlobalMaxPool", global_pool<largest>},
                    {"BatchNormalization", batch_normalization},
                    {"InstanceNormalization", instance_normalization},
                    {"LRN", lrn},
                    {"MatMul", matmul},
                    {"Gemm", gemm}});
}

}  // namespace inferpool::test
