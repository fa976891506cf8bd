// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <inferpool/error.hpp>

#include "core/clock.hpp"
#include "pool/event_fd.hpp"
#include "pool/events.hpp"
#include "pool/fleet.hpp"
#include "pool/locked_dispatch.hpp"
#include "pool/spawner.hpp"
#include "pool/status.hpp"
#include "pool/watched_worker.hpp"
#include "pool/worker_polls.hpp"

namespace inferpool::pool {

// The reactor of the fleet: owns descriptors and timers, tells the fleet what happened, and does
// what it says. One thread that polls; a second one that forks. Thread-safety: safe from many
// threads, but for stop() and destruction.
class Supervisor final : private FleetPort {
 public:
  // Starts nothing yet. All four outlive the supervisor.
  Supervisor(std::shared_ptr<const Origin> origin, LockedDispatch& dispatch, Status& status,
             Events& events);
  ~Supervisor() override;

  // Once: starts the workers. Throws std::runtime_error naming the thread that cannot be.
  void start();

  // To be signalled when something was given a time limit, or was killed: the thread that watches
  // looks at the clock again.
  [[nodiscard]] const EventFd& watcher() const noexcept { return event_; }

  // Lets calls under way end for drain_timeout, then kills; returns when every worker has ended and
  // was reaped, or is lost. begin_stop() does not wait for that; safe from many threads.
  void stop() noexcept;
  void begin_stop() noexcept;
  // After stop(): the workers that are lost, in words; empty: none is.
  [[nodiscard]] std::string left_behind() const noexcept;

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
  void note_kills(TimePoint now) noexcept;
  void take_spawned() noexcept;
  void attend(std::size_t i);
  void attend_end(WatchedWorker& watched) noexcept;
  void trim(TimePoint now);
  std::shared_ptr<WorkerHandle> worker_of(int generation) const noexcept;

  // The fleet's orders: see FleetPort.
  void spawn(int index, int generation) noexcept override;
  void serve(int index, int generation) noexcept override;
  void replace(int index, int generation) noexcept override;
  void ask_to_leave(int generation) noexcept override;
  void kill(int generation, const std::string& reason) noexcept override;
  void lose_calls(const WorkerEnd& end) noexcept override;
  void lose_calls_of_retiring(const WorkerEnd& end) noexcept override;
  void refuse_calls(const Error& unavailable) noexcept override;
  void stop_calls() noexcept override;
  void tell(Event event) noexcept override;
  WorkerEnd give_up(int generation) noexcept override;
  [[nodiscard]] bool retiring_is_idle() const noexcept override;
  [[nodiscard]] bool drained() const noexcept override;
  [[nodiscard]] std::uint64_t served(int index) const noexcept override;
  [[nodiscard]] std::optional<std::uint64_t> private_memory(int generation) const override;

  std::shared_ptr<const Origin> origin_;
  LockedDispatch& dispatch_;
  Status& status_;
  Events& events_;
  EventFd event_;
  Fleet fleet_;
  std::vector<WatchedWorker> workers_;  // has room for all
  std::vector<char> late_;              // by place
  WorkerPolls polls_;
  bool short_of_memory_ = false;  // something is left to do
  Deadline next_trim_ = {};
  std::uint64_t requests_at_trim_ = 0;
  std::atomic<bool> closing_{false};
  std::atomic<std::thread::id> id_ = {};
  Spawner spawner_;
  std::thread thread_;
};

}  // namespace inferpool::pool
