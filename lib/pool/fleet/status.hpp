// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>

#include <inferpool/error.hpp>
#include <inferpool/stats.hpp>

#include "core/clock.hpp"
#include "pool/fleet/fleet_status.hpp"

namespace inferpool::pool::fleet {

class Fleet;

// The status of a fleet for everybody who asks or waits. Thread-safety: safe from many threads.
class Status {
 public:
  explicit Status(int workers);

  // What the fleet says of itself now. Needs no memory.
  void publish(const Fleet& fleet) noexcept;
  // Nothing comes any more.
  void stopped() noexcept;

  // Until all are ready (none) or one start has failed (its error).
  std::optional<Error> wait_started();
  // True once all are ready; false at the deadline, or when stopped.
  bool wait_ready(core::TimePoint deadline);

  void count(Stats& stats) const;
  [[nodiscard]] Health health() const;

 private:
  [[nodiscard]] bool all_ready() const noexcept { return status_.live == status_.total; }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  FleetStatus status_;    // guarded by mutex_
  bool stopped_ = false;  // likewise
};

}  // namespace inferpool::pool::fleet
