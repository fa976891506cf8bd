// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <inferpool/tensor.hpp>

namespace inferpool::runtimes {

// Up to here, and down to its negative, FP32 has every whole number.
inline constexpr std::int64_t kWholeFloats = std::int64_t{1} << 24;

// The elements as FP32, for a backend that computes in it: FP16, BF16, BOOL and whole numbers up to
// kWholeFloats exactly, FP64 rounded to nearest. Requires as many floats as elements. Throws Error
// (invalid_argument), with the name, for a larger whole number, for FP64 past FP32's range, and for
// BYTES.
void to_floats(const Tensor& tensor, std::string_view name, std::span<float> floats);

// The reverse, into a tensor of as many elements: FP32 and FP64 exactly, FP16 and BF16 rounded to
// nearest even, BOOL false for 0 alone. Throws NetworkError, with the name, where a whole number is
// wanted and the float is none, reaches kWholeFloats (to which a larger one may have been rounded)
// or exceeds the datatype; and for BYTES.
void from_floats(std::span<const float> floats, std::string_view name, Tensor& tensor);

}  // namespace inferpool::runtimes
