// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace inferpool::runtimes {

// The libraries that compute networks. The build includes those that it finds.

// "onnxruntime" if it was built, else "opencv".
[[nodiscard]] std::string_view preferred_backend();

// The name of the backend that the setting asks for; `wanted` is the setting's value as JSON.
// Throws Error (invalid_settings) if it was not built; the error lists those that were, and says
// how to get a known one.
[[nodiscard]] std::string_view built_backend(const std::string& wanted);

// What the backend needs at run time: "ONNX Runtime: on Debian 13 the package ...".
[[nodiscard]] std::string_view library_of(std::string_view name);

}  // namespace inferpool::runtimes
