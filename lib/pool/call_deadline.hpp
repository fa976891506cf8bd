// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include <inferpool/options.hpp>

#include "core/clock.hpp"

namespace inferpool::pool {

inline bool has_deadline(const InferOptions& options,
                         const std::optional<Duration>& request_timeout) noexcept {
  return options.timeout || options.deadline || request_timeout;
}

// When the time of a call that begins now is over. None: never, also for a time that no clock
// reaches.
inline Deadline call_deadline(const InferOptions& options,
                              const std::optional<Duration>& request_timeout) {
  const auto& timeout = options.timeout ? options.timeout : request_timeout;
  const Deadline deadline =
      timeout ? earlier(options.deadline, after(Clock::now(), *timeout)) : options.deadline;
  return deadline == TimePoint::max() ? std::nullopt : deadline;
}

}  // namespace inferpool::pool
