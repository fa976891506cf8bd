// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace inferpool::runtimes {

// The text of an exception of OpenCV, without the positions in OpenCV's source that it names.
[[nodiscard]] std::string without_places(std::string_view what);

}  // namespace inferpool::runtimes
