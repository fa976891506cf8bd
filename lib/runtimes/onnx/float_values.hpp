// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <inferpool/tensor.hpp>

namespace inferpool::runtimes {

// FP32 has every whole number from -kWholeFloats to kWholeFloats.
inline constexpr std::int64_t kWholeFloats = std::int64_t{1} << 24;

// Writes the elements as FP32, for a backend that computes in it: FP16, BF16, BOOL and whole
// numbers up to kWholeFloats exactly, FP64 rounded to nearest. Requires as many floats as elements.
// Throws Error (invalid_argument), with the name, for a larger whole number, for FP64 outside the
// range of FP32, and for BYTES.
void to_floats(const Tensor& tensor, std::string_view name, std::span<float> floats);

// The reverse, into a tensor of as many elements: FP32 and FP64 exactly, FP16 and BF16 rounded to
// nearest even, BOOL false only for 0. Throws NetworkError, with the name, for BYTES. For a
// datatype of whole numbers it also throws if the float is not a whole number, does not fit the
// datatype, or reaches kWholeFloats, where it may be a rounded larger number.
void from_floats(std::span<const float> floats, std::string_view name, Tensor& tensor);

}  // namespace inferpool::runtimes
