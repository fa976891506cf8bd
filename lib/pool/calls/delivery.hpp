// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>

#include "core/clock.hpp"
#include "pool/reports/events.hpp"

namespace inferpool::pool::calls {

// Tells the job how its call ended: that its value is complete, or the error. What a user's
// handler throws becomes an event. The handler may destroy the pool; `events` must outlive that.
// False: there was no memory to tell it; do so again.
bool deliver(detail::AsyncJob& job, const std::optional<Error>& error,
             reports::Events& events) noexcept;

// How often a handler that there was no memory to tell is told again, and how long after.
inline constexpr int kMostTellings = 500;
inline constexpr Duration kTellAgainAfter = std::chrono::milliseconds(10);

// After so many: the handler is never called, which is an event.
void give_up_telling(reports::Events& events) noexcept;

// As deliver, on the thread that makes the call, where no other one could: waits in between.
void deliver_and_wait(detail::AsyncJob& job, const std::optional<Error>& error,
                      reports::Events& events) noexcept;

// The exception under way as the error of a call. To be called in a catch block.
[[nodiscard]] Error current_error() noexcept;

}  // namespace inferpool::pool::calls
