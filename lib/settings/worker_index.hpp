// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::settings {

// The text with the worker's index in place of each "{index}".
[[nodiscard]] std::string with_worker_index(std::string text, int index);

}  // namespace inferpool::settings
