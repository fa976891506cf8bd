// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include <inferpool/settings.hpp>

#include "core/clock.hpp"

namespace inferpool::pool {

// Which worker has reached max_requests, max_worker_rss or max_worker_age, and when to look again.
// Each worker process has limits of its own, between 80 and 100 % of the settings. Pure logic.
class RecycleSchedule {
 public:
  // What is to be known of a worker; asked only where a limit needs it.
  struct Facts {
    std::function<std::uint64_t(int index)> served;
    std::function<std::optional<std::uint64_t>(int index)> private_memory;  // none: not known
  };
  struct Due {
    int index = 0;
    std::string reason = {};  // which limit, and its value
  };

  RecycleSchedule(const Settings& settings, unsigned seed);

  // A worker process is ready at this place: its limits are drawn.
  void ready(int index, TimePoint now);
  // Nothing is due at this place until the next one is ready.
  void ended(int index) noexcept;

  // Of the workers that have reached a limit, the one that was ready first. Looks no more often
  // than next_look() says.
  std::optional<Due> look(TimePoint now, const Facts& facts);
  // None: no limit is set.
  [[nodiscard]] Deadline next_look() const noexcept;

 private:
  struct Worker {
    int index = 0;
    TimePoint since = {};
    std::int64_t most_requests = 0;
    std::uint64_t most_memory = 0;
    Duration most_age = {};
  };
  [[nodiscard]] std::optional<std::string> reached(const Worker& worker, TimePoint now,
                                                   const Facts& facts, bool memory_too) const;

  std::optional<int> max_requests_;
  std::optional<std::uint64_t> max_memory_;
  std::optional<Duration> max_age_;
  std::minstd_rand random_;
  std::vector<Worker> workers_ = {};  // the one that was ready first is the first
  TimePoint next_look_ = {};
  TimePoint next_look_at_memory_ = {};
};

}  // namespace inferpool::pool
