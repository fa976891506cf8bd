// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inferpool::runtimes {

// What an exception of OpenCV says, without the places in OpenCV's own source that it names.
[[nodiscard]] std::string without_places(std::string_view what);

}  // namespace inferpool::runtimes
