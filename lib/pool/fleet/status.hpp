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

// The status of a fleet for the threads that ask or wait. Thread-safety: safe from many threads.
class Status {
 public:
  explicit Status(int workers);

  // Copies the fleet's current state. Needs no memory.
  void publish(const Fleet& fleet) noexcept;
  // The pool has stopped, and nothing changes any more.
  void stopped() noexcept;

  // Waits until all workers are ready (returns none) or one start has failed (returns its error).
  std::optional<Error> wait_started();
  // True once all workers are ready; false at the deadline, or when the pool has stopped.
  bool wait_ready(core::TimePoint deadline);

  void count(Stats& stats) const;
  [[nodiscard]] Health health() const;

 private:
  [[nodiscard]] bool all_ready() const noexcept { return status_.live == status_.total; }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  FleetStatus status_;    // guarded by mutex_
  bool stopped_ = false;  // guarded by mutex_
};

}  // namespace inferpool::pool::fleet
