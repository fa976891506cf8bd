// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>
#include <inferpool/settings.hpp>

#include "core/clock.hpp"
#include "pool/fleet/fleet_port.hpp"
#include "pool/fleet/fleet_status.hpp"
#include "pool/fleet/member.hpp"
#include "pool/fleet/recycle_limits.hpp"
#include "pool/fleet/restart_schedule.hpp"

namespace inferpool::pool::fleet {

// The state machine of all worker processes of a pool: it knows which workers live. Pure logic: it
// reads no clock, makes no process and never waits. It receives events and gives commands to its
// port. Each fault in a worker's life is one event here.
//
// Each index has one process that serves. If that process dies or does not start, the fleet orders
// the next one, at once or after a delay. If it reaches a limit, the fleet starts a successor
// beside it, which replaces it when it is ready. A process is lost if the kernel does not report
// its end within kKillGrace after SIGKILL: its calls and its start end as if it had ended. The
// fleet starts no process while it has lost as many as it has indices.
//
// Thread-safety: none; it belongs to the supervisor's thread. A noexcept function does not fail
// without memory; step() changes nothing before it has the memory that it needs.
class Fleet {
 public:
  // `port` outlives the fleet.
  Fleet(const Settings& settings, FleetPort& port, unsigned seed);

  // --- events ---

  // Orders the first process of each index.
  void start() noexcept;
  void spawned(int generation, int pid, core::TimePoint now) noexcept;
  void not_spawned(int generation, const Error& error, core::TimePoint now) noexcept;
  // The handshake is over, and the worker loads its model.
  void loads(int generation) noexcept;
  void ready(int generation, core::TimePoint now) noexcept;
  // Whether the process that serves at this index runs something that nobody waits for.
  void late(int index, bool late) noexcept;
  // SIGKILL was sent to it.
  void killed(int generation, core::TimePoint now) noexcept;
  // The kernel reports its end, or that it ended and that another process has to reap it
  // (`end.lost`).
  void ended(const reports::WorkerEnd& end, core::TimePoint now) noexcept;
  // From now on all workers are on their way out.
  void close(core::TimePoint now) noexcept;

  // --- the passing of time ---

  // Starts, recycles, lets go, kills and gives up the workers that are due.
  void step(core::TimePoint now);
  // Kills the workers that were not ready in time. `now` was read before the latest events.
  void check_starts(core::TimePoint now) noexcept;
  // The latest time for the next step.
  [[nodiscard]] core::Deadline next_step(core::TimePoint now) const noexcept;

  // --- questions ---

  // It is closed, and only lost workers are left.
  [[nodiscard]] bool over() const noexcept;
  [[nodiscard]] const std::vector<Member>& members() const noexcept { return members_; }
  [[nodiscard]] int lost() const noexcept;
  // Overwrites `status`, which has room for one worker more than there are indices.
  void report(FleetStatus& status) const noexcept;

 private:
  struct Succession {
    RestartSchedule schedule;
    core::Deadline next_start = {};
    int generation = 0;  // of the last process made for this index
  };
  Succession& succession(int index) noexcept {
    return successions_[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] int workers() const noexcept { return static_cast<int>(successions_.size()); }
  [[nodiscard]] int live() const noexcept;
  [[nodiscard]] bool may_start() const noexcept;
  // The pool's constructor still waits until all workers are ready at once.
  [[nodiscard]] bool first_start_pending() const noexcept;
  Member* find(int generation) noexcept;
  [[nodiscard]] const Member* holder(int index) const noexcept;
  [[nodiscard]] const Member* beside() const noexcept;

  void order(int index, bool successor) noexcept;
  void replace(Member& successor) noexcept;
  void kill(Member& member, core::TimePoint now, const std::string& reason) noexcept;
  void tell(Event event) noexcept;

  // fleet_ends.cpp: what happens at an index whose process is gone.
  void gone(Member& member, const reports::WorkerEnd& end, core::TimePoint now) noexcept;
  void holder_gone(const Member& member, const reports::WorkerEnd& end,
                   core::TimePoint now) noexcept;
  void start_failed(const reports::WorkerEnd& end, const Error& error,
                    core::TimePoint now) noexcept;
  void restart_at(core::TimePoint when, core::TimePoint now,
                  const reports::WorkerEnd& last) noexcept;
  bool promote_successor(int index) noexcept;
  void successor_gone(const reports::WorkerEnd& end, const Error& error,
                      core::TimePoint now) noexcept;
  void retired(const Member& member, const reports::WorkerEnd& end) noexcept;
  void count_death(const Error& error) noexcept;
  void open_breaker(const Error& unavailable) noexcept;
  void refuse_where_no_start_may_be() noexcept;

  // fleet_steps.cpp: what is done as time passes.
  void start_due(core::TimePoint now) noexcept;
  void recycle_due(core::TimePoint now);
  void let_go(Member& member, core::TimePoint now) noexcept;
  void give_up_due(core::TimePoint now) noexcept;
  void close_step(core::TimePoint now) noexcept;
  [[nodiscard]] core::Deadline next_recycling(core::TimePoint now) const noexcept;

  FleetPort& port_;
  RestartBackoff backoff_;
  Duration startup_timeout_;
  Duration drain_timeout_;
  bool start_in_background_;
  std::vector<Succession> successions_;
  std::vector<Member> members_;  // has room for all
  RecycleLimits limits_;
  RestartSchedule successors_;
  core::Deadline next_successor_ = {};
  std::string recycle_reason_;
  int generations_ = 0;
  bool given_up_ = false;  // the first start failed; the pool's constructor will report it
  core::Deadline close_deadline_ = {};
  int failures_in_a_row_ = 0;
  bool breaker_open_ = false;
  std::uint64_t starts_ = 0, deaths_ = 0, hung_ = 0, recycled_ = 0;
  bool was_ready_ = false;
  std::optional<Error> last_failure_ = {};
  std::optional<Error> failed_start_ = {};
};

}  // namespace inferpool::pool::fleet
