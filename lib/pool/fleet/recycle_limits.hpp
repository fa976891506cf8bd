// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <random>
#include <span>
#include <string>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "pool/fleet/fleet_port.hpp"
#include "pool/fleet/member.hpp"

namespace inferpool::pool::fleet {

// Knows which worker has reached max_requests, max_worker_rss or max_worker_age, and when to look
// again. Pure logic.
class RecycleLimits {
 public:
  struct Due {
    int generation = 0;
    std::string reason = {};  // which limit, and its value
  };

  RecycleLimits(const Settings& settings, unsigned seed);

  // Draws the limits of a process that is ready now.
  [[nodiscard]] DrawnLimits draw(core::TimePoint now);
  // Returns the oldest serving member that has reached a limit. Looks no more often than
  // next_look() says. May throw std::bad_alloc; then only the time of the next look has changed.
  [[nodiscard]] std::optional<Due> look(core::TimePoint now, std::span<const Member> members,
                                        const FleetPort& port);
  // None: no limit is set, or no worker serves.
  [[nodiscard]] core::Deadline next_look(std::span<const Member> members) const noexcept;

 private:
  [[nodiscard]] std::optional<std::string> reached(const Member& member, core::TimePoint now,
                                                   const FleetPort& port, bool memory_too) const;

  std::optional<int> max_requests_;
  std::optional<std::uint64_t> max_memory_;
  std::optional<Duration> max_age_;
  std::minstd_rand random_;
  core::TimePoint next_look_ = {};
  core::TimePoint next_look_at_memory_ = {};
};

}  // namespace inferpool::pool::fleet
