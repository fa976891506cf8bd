// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <optional>

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>

#include "core/clock.hpp"
#include "pool/reports/events.hpp"

namespace inferpool::pool::calls {

// Tells the job how its call ended: that its value is complete, or the error. An exception of a
// user's handler becomes an event. The handler may destroy the pool; `events` must outlive that.
// False: there was no memory to tell it, so try again.
bool deliver(detail::AsyncJob& job, const std::optional<Error>& error,
             reports::Events& events) noexcept;

// How often to try if there is no memory to tell a handler, and how long to pause between.
inline constexpr int kMostTellings = 500;
inline constexpr Duration kNextDelivery = std::chrono::milliseconds(10);

// After that many tries: the handler is never called, which is an event.
void give_up_telling(reports::Events& events) noexcept;

// Like deliver, on the calling thread, if no other thread can do it. Tries again after each pause.
void deliver_and_wait(detail::AsyncJob& job, const std::optional<Error>& error,
                      reports::Events& events) noexcept;

// The current exception as the error of a call. Call it in a catch block.
[[nodiscard]] Error current_error() noexcept;

}  // namespace inferpool::pool::calls
