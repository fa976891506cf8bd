// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace inferpool::settings {

// The text with each "{index}" replaced by the worker's index.
[[nodiscard]] std::string with_worker_index(std::string text, int index);

}  // namespace inferpool::settings
