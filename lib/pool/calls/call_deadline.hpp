// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>

#include <inferpool/error.hpp>
#include <inferpool/options.hpp>

#include "core/clock.hpp"
#include "pool/reports/call_errors.hpp"

// When a call without an answer ends. The rule is the same wherever the model runs.
namespace inferpool::pool::calls {

inline bool has_deadline(const InferOptions& options,
                         const std::optional<Duration>& request_timeout) noexcept {
  return options.timeout || options.deadline || request_timeout;
}

// The deadline of a call that begins now. Nothing: it has none, or none that the clock reaches.
inline core::Deadline call_deadline(const InferOptions& options,
                                    const std::optional<Duration>& request_timeout) {
  const auto& timeout = options.timeout ? options.timeout : request_timeout;
  const core::Deadline deadline =
      timeout ? core::earlier(options.deadline, core::after(core::Clock::now(), *timeout))
              : options.deadline;
  return deadline == core::TimePoint::max() ? std::nullopt : deadline;
}

// Why a call without an answer is over by `now`: its caller asked it to stop, or its deadline has
// passed. Nothing: it goes on.
inline std::optional<ErrorCode> why_over(const std::stop_token& stop,
                                         const core::Deadline& deadline,
                                         core::TimePoint now) noexcept {
  if (stop.stop_requested()) return ErrorCode::kCancelled;
  if (core::passed(deadline, now)) return ErrorCode::kDeadlineExceeded;
  return std::nullopt;
}

// The same for the present time. Without a deadline it reads no clock.
inline std::optional<ErrorCode> why_over(const std::stop_token& stop,
                                         const core::Deadline& deadline) noexcept {
  return why_over(stop, deadline, deadline ? core::Clock::now() : core::TimePoint::min());
}

// Throws Error for a call that is over before it is sent.
inline void refuse_late(std::uint64_t id, const std::stop_token& stop,
                        const core::Deadline& deadline) {
  if (const auto why = why_over(stop, deadline))
    throw reports::given_up(*why, id, Phase::kQueued, "before it was sent");
}

}  // namespace inferpool::pool::calls
