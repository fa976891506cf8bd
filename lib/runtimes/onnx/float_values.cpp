// SPDX-License-Identifier: Apache-2.0
#include "runtimes/onnx/float_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <utility>

#include <inferpool/error.hpp>

#include "runtimes/onnx/element_types.hpp"
#include "runtimes/onnx/network.hpp"

namespace inferpool::runtimes {
namespace {

template <typename T>
constexpr bool is_half = std::is_same_v<T, Float16> || std::is_same_v<T, BFloat16>;

template <typename T>
bool is_exact(T value) {
  if constexpr (std::is_same_v<T, double>) {
    return !std::isfinite(value) || std::abs(value) <= std::numeric_limits<float>::max();
  } else if constexpr (sizeof(T) >= 4 && std::is_integral_v<T>) {
    return std::cmp_less_equal(value, kWholeFloats) && std::cmp_greater_equal(value, -kWholeFloats);
  } else {
    return true;
  }
}

template <typename T>
float to_float(T value) {
  if constexpr (is_half<T>) {
    return value.to_float();
  } else {
    return static_cast<float>(value);
  }
}

template <typename T>
bool has_value(float value) {
  if constexpr (std::is_same_v<T, bool> || !std::is_integral_v<T>) {
    return true;
  } else {
    if (!(std::abs(value) < static_cast<float>(kWholeFloats)) || std::trunc(value) != value) {
      return false;
    }
    const auto whole = static_cast<std::int64_t>(value);
    return std::in_range<T>(whole);
  }
}

template <typename T>
T from_float(float value) {
  if constexpr (is_half<T>) {
    return T::from(value);
  } else if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else {
    return static_cast<T>(value);
  }
}

template <typename T>
void read(std::span<const T> values, std::string_view name, std::span<float> floats) {
  if constexpr (!is_half<T>) {
    const auto wrong = std::ranges::find_if_not(values, is_exact<T>);
    if (wrong != values.end()) {
      throw Error(ErrorCode::kInvalidArgument,
                  fmt::format("the input \"{}\" has the value {} at element {}; OpenCV computes in "
                              "FP32; accepted: {}",
                              name, *wrong, wrong - values.begin(),
                              std::is_same_v<T, double>
                                  ? std::string("values of its range, infinite ones and NaN")
                                  : fmt::format("whole numbers from {} to {}, which it has exactly",
                                                -kWholeFloats, kWholeFloats)));
    }
  }
  std::ranges::transform(values, floats.begin(), to_float<T>);
}

template <typename T>
void write(std::span<const float> floats, std::string_view name, std::span<T> values) {
  const auto wrong = std::ranges::find_if_not(floats, has_value<T>);
  if (wrong != floats.end()) {
    throw NetworkError(fmt::format(
        "the output \"{}\" is {} at element {}, which is not surely a right {}: OpenCV computes in "
        "FP32, which has the whole numbers below {} exactly",
        name, *wrong, wrong - floats.begin(), inferpool::name(datatype_of<T>), kWholeFloats));
  }
  std::ranges::transform(floats, values.begin(), from_float<T>);
}

}  // namespace

void to_floats(const Tensor& tensor, std::string_view name, std::span<float> floats) {
  const bool numbers = visit_element_type(tensor.datatype(), [&]<typename T>(ElementType<T>) {
    read<T>(tensor.values<T>(), name, floats);
  });
  if (!numbers) {
    throw Error(ErrorCode::kInvalidArgument,
                fmt::format("the input \"{}\" is BYTES; OpenCV does not compute with it", name));
  }
}

void from_floats(std::span<const float> floats, std::string_view name, Tensor& tensor) {
  const bool numbers = visit_element_type(tensor.datatype(), [&]<typename T>(ElementType<T>) {
    write<T>(floats, name, tensor.mutable_values<T>());
  });
  if (!numbers) {
    throw NetworkError(
        fmt::format("the output \"{}\" is BYTES, which OpenCV does not compute", name));
  }
}

}  // namespace inferpool::runtimes
