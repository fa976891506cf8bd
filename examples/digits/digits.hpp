// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include <inferpool/settings.hpp>
#include <inferpool/tensor.hpp>

// A network of 64 inputs, 48 ReLU units and 10 softmax outputs that recognises handwritten digits;
// train.py made its weights. Header-only: the worker runs it and, for workers = 0, the host as
// well.
class Digits {
 public:
  static constexpr std::size_t kPixels = 64;  // 8x8, row by row; 0 (paper) to 16 (ink)
  static constexpr std::size_t kClasses = 10;
  static constexpr bool thread_safe = true;  // predict only reads

  // Loads the file settings.uri. Throws std::runtime_error that says file, line, what was expected
  // and what was found.
  explicit Digits(const inferpool::Settings& settings);

  // FP32 [n, 64], pixels -> FP32 [n, 10], the probability of each digit. Throws
  // std::invalid_argument for any other tensor.
  [[nodiscard]] inferpool::Tensor predict(const inferpool::Tensor& images) const;

 private:
  static constexpr std::size_t kHidden = 48;
  static constexpr std::string_view kHeader = "digits-network 1:";

  // weight[i][u] leads from input i to unit u. The units of one input are neighbours, so that the
  // compiler can add up many units at once without changing the order of any sum.
  template <std::size_t kInputs, std::size_t kUnits>
  struct Layer {
    std::array<float, kUnits> bias;
    std::array<std::array<float, kUnits>, kInputs> weight;

    [[nodiscard]] std::array<float, kUnits> apply(std::span<const float, kInputs> inputs) const {
      std::array<float, kUnits> sums = bias;
      for (std::size_t i = 0; i < kInputs; ++i) {
        for (std::size_t unit = 0; unit < kUnits; ++unit) sums[unit] += inputs[i] * weight[i][unit];
      }
      return sums;
    }
  };

  static std::string quoted(std::string_view text) {
    return std::string(1, '"').append(text).append(1, '"');
  }

  // The lines of a weights file, counted for errors.
  class Lines {
   public:
    explicit Lines(const std::string& path) : path_(path), in_(path) {}

    // The next line; past the end, throws.
    std::string_view next(const std::string& expected) {
      ++number_;
      if (!std::getline(in_, line_))
        fail(expected, number_ == 1 ? "no readable file" : "the end of the file");
      return line_;
    }
    [[noreturn]] void fail(const std::string& expected, const std::string& found) const {
      throw std::runtime_error(path_ + ":" + std::to_string(number_) + ": expected " + expected +
                               ", found " + found);
    }

   private:
    std::string path_;
    std::ifstream in_;
    std::string line_;
    int number_ = 0;
  };

  template <std::size_t kInputs, std::size_t kUnits>
  static void load(Lines& lines, Layer<kInputs, kUnits>& layer);
  static void load_numbers(Lines& lines, std::span<float> numbers);
  void classify(std::span<const float, kPixels> image, std::span<float, kClasses> scores) const;

  Layer<kPixels, kHidden> hidden_;
  Layer<kHidden, kClasses> output_;
};

inline Digits::Digits(const inferpool::Settings& settings) {
  Lines lines(settings.uri);
  const std::string expected =
      std::string("a first line that begins with ").append(quoted(kHeader));
  const std::string_view header = lines.next(expected);
  if (!header.starts_with(kHeader)) lines.fail(expected, quoted(header.substr(0, 40)));
  load(lines, hidden_);
  load(lines, output_);
}

inline inferpool::Tensor Digits::predict(const inferpool::Tensor& images) const {
  const inferpool::Shape& shape = images.shape();
  if (images.datatype() != inferpool::Datatype::kFp32 || shape.rank() != 2 || shape[1] != kPixels) {
    throw std::invalid_argument(
        std::string("Digits takes images as FP32 [n, 64], not ").append(to_string(images)));
  }
  const auto rows = static_cast<std::size_t>(shape[0]);
  inferpool::Tensor scores(inferpool::Datatype::kFp32, {shape[0], kClasses});
  const std::span<const float> in = images.values<float>();
  const std::span<float> out = scores.mutable_values<float>();
  for (std::size_t row = 0; row < rows; ++row) {
    classify(in.subspan(row * kPixels).first<kPixels>(),
             out.subspan(row * kClasses).first<kClasses>());
  }
  return scores;
}

inline void Digits::classify(std::span<const float, kPixels> image,
                             std::span<float, kClasses> scores) const {
  std::array<float, kHidden> active = hidden_.apply(image);
  for (float& value : active) value = std::max(value, 0.0F);
  const std::array<float, kClasses> logits = output_.apply(active);
  const float highest = *std::max_element(logits.begin(), logits.end());
  float sum = 0;
  for (std::size_t c = 0; c < kClasses; ++c) sum += scores[c] = std::exp(logits[c] - highest);
  for (float& score : scores) score /= sum;
}

template <std::size_t kInputs, std::size_t kUnits>
void Digits::load(Lines& lines, Layer<kInputs, kUnits>& layer) {
  for (std::size_t unit = 0; unit < kUnits; ++unit) {
    std::array<float, 1 + kInputs> numbers;
    load_numbers(lines, numbers);
    layer.bias[unit] = numbers[0];
    for (std::size_t i = 0; i < kInputs; ++i) layer.weight[i][unit] = numbers[1 + i];
  }
}

// Requires a line of exactly as many finite numbers as fit, separated by spaces.
inline void Digits::load_numbers(Lines& lines, std::span<float> numbers) {
  const std::string expected =
      std::to_string(numbers.size()) + " numbers (the bias and the weights of one unit)";
  std::string_view rest = lines.next(expected);
  for (std::size_t n = 0; n < numbers.size(); ++n) {
    rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
    if (rest.empty()) lines.fail(expected, std::to_string(n));
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), numbers[n]);
    if (error != std::errc{} || !std::isfinite(numbers[n])) {
      lines.fail(expected, quoted(rest.substr(0, rest.find(' '))));
    }
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
  }
  if (!rest.empty()) lines.fail(expected, std::string("more: ").append(quoted(rest.substr(0, 40))));
}
