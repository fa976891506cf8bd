// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <inferpool/event.hpp>

#include "core/clock.hpp"
#include "pool/locked_dispatch.hpp"
#include "pool/place.hpp"
#include "pool/recycle_schedule.hpp"
#include "pool/roster.hpp"
#include "pool/spawner.hpp"

namespace inferpool::pool {

// Replaces workers that have reached a limit, one at a time: starts a successor beside the old one,
// gives it the place once it is ready, then lets the old one end what it has in hand and leave.
// Belongs to the thread that watches.
class Recycling {
 public:
  struct Parts {  // all outlive it
    LockedDispatch& dispatch;
    Roster& roster;
    Spawner& spawner;
    std::vector<Place>& places;  // the last one is for the worker beside the N
  };
  Recycling(const Settings& settings, const Parts& parts, std::function<void(Event)> raise);

  // --- what happens to the workers of the N places ---

  void ready(int index, TimePoint now) { schedule_.ready(index, now); }
  // True: a successor is on its way already, and this place waits for it from now on.
  bool ended(int index);

  // --- the worker beside them ---

  // Starts a successor, asks the old one to leave, or kills it, where that is due.
  void step(TimePoint now);
  [[nodiscard]] Deadline next_step(TimePoint now) const;

  [[nodiscard]] bool ordered(int generation) const noexcept {
    return step_ == Step::kStarting && generation == generation_;
  }
  // The successor's process was made.
  void started();
  // The successor is ready.
  void replace(TimePoint now);
  void successor_failed(const WorkerEnd& end, const Error& error, TimePoint now);
  [[nodiscard]] bool retiring() const noexcept { return step_ == Step::kRetiring; }
  // The old one has ended.
  void retired(const WorkerEnd& end);

 private:
  enum class Step : std::uint8_t {
    kNone,
    kStarting,  // the successor, beside the old one
    kRetiring,  // the old one, beside its successor
  };
  [[nodiscard]] Place& beside() const noexcept { return parts_.places.back(); }
  [[nodiscard]] Place& place(int index) const noexcept {
    return parts_.places[static_cast<std::size_t>(index)];
  }
  void start_due(TimePoint now);
  void let_go(TimePoint now);

  Parts parts_;
  std::function<void(Event)> raise_;
  Duration drain_timeout_;
  RecycleSchedule schedule_;
  Step step_ = Step::kNone;
  int index_ = -1;
  int generation_ = 0;  // of the successor
  std::string reason_;
  Deadline leave_by_ = {};
};

}  // namespace inferpool::pool
