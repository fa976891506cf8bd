// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

namespace inferpool::wire {

// Throws Error (payload_too_large) for more than `max_payload` bytes; the text begins with `what`:
// "an output".
void check_payload(std::string_view what, std::size_t size, std::size_t max_payload);

}  // namespace inferpool::wire
