// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/events.hpp"

namespace inferpool::pool::reports {

void Events::raise(Event event) noexcept try {
  if (!callback_) return;
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  stopped_ = event.kind == EventKind::kStopped;
  event.model = model_;
  callback_(event);
} catch (...) {
  // The callback threw, or there was no memory for the event: the pool goes on.
}

}  // namespace inferpool::pool::reports
