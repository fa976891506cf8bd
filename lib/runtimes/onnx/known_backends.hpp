// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferpool::runtimes {

// What computes networks. Each was built, or not, as its library was found.

// "onnxruntime" where it was built, else "opencv".
[[nodiscard]] std::string_view preferred_backend();

// The name as one that was built. Throws Error (invalid_settings) with those that were, and what
// brings the one that was not. `wanted` is what the setting holds, as JSON.
[[nodiscard]] std::string_view built_backend(const std::string& wanted);

// What the backend needs where it runs: "ONNX Runtime (the package ...)".
[[nodiscard]] std::string_view library_of(std::string_view name);

}  // namespace inferpool::runtimes
