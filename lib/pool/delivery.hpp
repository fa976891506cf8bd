// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/detail/pool_core.hpp>
#include <inferpool/error.hpp>

#include "pool/events.hpp"

namespace inferpool::pool {

// Tells the receiver how its call ended: that its value is complete, or the error. What a user's
// handler throws becomes an event.
void deliver(detail::Receiver& receiver, const std::optional<Error>& error,
             Events& events) noexcept;

// The exception under way as the error of a call. To be called in a catch block.
[[nodiscard]] Error current_error();

}  // namespace inferpool::pool
