// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>

#include "core/clock.hpp"
#include "pool/breaker.hpp"
#include "pool/event_fd.hpp"
#include "pool/events.hpp"
#include "pool/locked_dispatch.hpp"
#include "pool/place.hpp"
#include "pool/recycling.hpp"
#include "pool/roster.hpp"
#include "pool/spawner.hpp"
#include "pool/worker_polls.hpp"

namespace inferpool::pool {

// Keeps N workers alive: starts them, shakes hands, watches for their end (which the kernel
// reports), replaces and recycles them, keeps the time of what runs, and ends them all at close.
// One thread that polls; a second one that forks. Thread-safety: safe from many threads, but for
// stop() and destruction.
class Supervisor {
 public:
  // Starts nothing yet. All four outlive the supervisor.
  Supervisor(std::shared_ptr<const Origin> origin, LockedDispatch& dispatch, Roster& roster,
             Events& events);
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  // Once: starts the workers. Throws std::runtime_error naming the thread that cannot be.
  void start();

  // Something was given a time limit: look at the clock again.
  void poke() const noexcept { event_.signal(); }

  // Lets calls under way end for drain_timeout, then kills; returns when every worker has ended and
  // was reaped. begin_stop() does not wait for that; safe from many threads.
  void stop() noexcept;
  void begin_stop() noexcept;

  // Whether this is the thread that watches: an event of a worker is being told.
  [[nodiscard]] bool on_this_thread() const noexcept {
    return id_.load() == std::this_thread::get_id();
  }

 private:
  void run() noexcept;
  bool turn() noexcept;
  template <typename Step>
  void attempt(const Step& step) noexcept;
  Deadline next_time(TimePoint now) noexcept;
  void tell_late() noexcept;
  // None until the first start is over.
  [[nodiscard]] Deadline next_recycling(TimePoint now) const;
  void take_spawned() noexcept;
  void attend(std::size_t index);
  void on_ready(const std::shared_ptr<WorkerHandle>& worker);
  void on_end(const std::shared_ptr<WorkerHandle>& worker, const WorkerEnd& end);
  void on_end_beside(const WorkerHandle& worker, const WorkerEnd& end);
  void on_failed_start(const WorkerEnd& end, const Error& error);
  // The constructor still waits for all workers to be ready at once.
  [[nodiscard]] bool first_start_pending() const;
  [[nodiscard]] std::size_t workers() const noexcept { return places_.size() - 1; }
  void start_due(TimePoint now);
  void order(int index) noexcept;
  void check_startup(TimePoint now);
  void restart_at(TimePoint when, TimePoint now, const WorkerEnd& last);
  void raise(Event event) noexcept;
  void trim(TimePoint now);
  bool close_step(TimePoint now);

  std::shared_ptr<const Origin> origin_;
  LockedDispatch& dispatch_;
  Roster& roster_;
  Events& events_;
  EventFd event_;
  std::vector<Place> places_;  // N, and the one that recycling needs
  WorkerPolls polls_;
  Breaker breaker_;
  bool given_up_ = false;         // the first start failed, and the constructor is about to say so
  bool short_of_memory_ = false;  // something is left to do
  Deadline next_trim_ = {};
  std::uint64_t requests_at_trim_ = 0;
  std::atomic<bool> closing_{false};
  Deadline close_deadline_ = {};
  std::atomic<std::thread::id> id_ = {};
  Spawner spawner_;
  Recycling recycling_;
  std::thread thread_;
};

}  // namespace inferpool::pool
