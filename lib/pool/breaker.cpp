// SPDX-License-Identifier: Apache-2.0
#include "pool/breaker.hpp"

#include <utility>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"

namespace inferpool::pool {

std::optional<Event> Breaker::start_failed(const Error& last) {
  if (++failures_in_a_row_ < most_failures_) return std::nullopt;
  Error unavailable = error_or(ErrorCode::kUnavailable, [&] {
    return Error(
        ErrorCode::kUnavailable,
        formatted(
            "no worker lives, and the last {} starts failed (restart_backoff.breaker is {}); the "
            "pool goes on trying; the last failure: {}",
            failures_in_a_row_, most_failures_, last.what()),
        last.details());
  });
  // While a worker lives it serves; when it ends, its own successor is tried first.
  const bool opened = dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) {
    if (d.live() == 0) d.set_breaker(unavailable, wakes);
    return d.live() == 0;
  });
  if (!opened || std::exchange(open_, true)) return std::nullopt;
  return Event{.kind = EventKind::kBreakerOpened, .error = std::move(unavailable)};
}

std::optional<Event> Breaker::ready() {
  failures_in_a_row_ = 0;
  if (!std::exchange(open_, false)) return std::nullopt;
  return Event{.kind = EventKind::kBreakerClosed};
}

}  // namespace inferpool::pool
