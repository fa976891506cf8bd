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
#include "core/event_fd.hpp"
#include "pool/dispatch/locked_dispatch.hpp"
#include "pool/fleet/fleet.hpp"
#include "pool/fleet/status.hpp"
#include "pool/processes/spawner.hpp"
#include "pool/reports/events.hpp"
#include "pool/watched_worker.hpp"
#include "pool/worker_polls.hpp"

namespace inferpool::pool {

// The reactor of the fleet: it owns descriptors and timers, tells the fleet what happened, and
// carries out the fleet's orders. One thread polls, and a second one forks. Thread-safety: safe
// from many threads, except stop() and destruction.
class Supervisor final : private fleet::FleetPort {
 public:
  // Starts nothing yet. All four must outlive the supervisor.
  Supervisor(std::shared_ptr<const processes::PoolConfiguration> configuration,
             dispatch::LockedDispatch& dispatch, fleet::Status& status, reports::Events& events);
  ~Supervisor() override;

  // Starts the workers. Call it once. Throws std::runtime_error, which names a thread that could
  // not be started.
  void start();

  // Signal it after something got a time limit or was killed: the watching thread then looks at the
  // clock again.
  [[nodiscard]] const core::EventFd& watcher() const noexcept { return event_; }

  // Gives the calls under way drain_timeout to end, then kills the workers. Returns when every
  // worker is reaped or lost. begin_stop() does not wait, and is safe from many threads.
  void stop() noexcept;
  void begin_stop() noexcept;
  // After stop(): which workers are lost, as text; empty if none is.
  [[nodiscard]] std::string left_behind() const noexcept;

  // Whether the calling thread is the watching one, which is raising an event then.
  [[nodiscard]] bool on_this_thread() const noexcept {
    return id_.load() == std::this_thread::get_id();
  }

 private:
  void run() noexcept;
  bool turn() noexcept;
  template <typename Step>
  void attempt(const Step& step) noexcept;
  core::Deadline next_time(core::TimePoint now) noexcept;
  void tell_late() noexcept;
  void note_kills(core::TimePoint now) noexcept;
  void take_spawned() noexcept;
  void attend(std::size_t i);
  void attend_end(WatchedWorker& watched) noexcept;
  void trim(core::TimePoint now);
  std::shared_ptr<processes::WorkerHandle> worker_of(int generation) const noexcept;

  // The fleet's orders: see FleetPort.
  void spawn(int index, int generation) noexcept override;
  void serve(int index, int generation) noexcept override;
  void replace(int index, int generation) noexcept override;
  void ask_to_leave(int generation) noexcept override;
  void kill(int generation, const std::string& reason) noexcept override;
  void lose_calls(const reports::WorkerEnd& end) noexcept override;
  void lose_calls_of_retiring(const reports::WorkerEnd& end) noexcept override;
  void refuse_calls(const Error& unavailable) noexcept override;
  void stop_calls() noexcept override;
  void tell(Event event) noexcept override;
  reports::WorkerEnd give_up(int generation) noexcept override;
  [[nodiscard]] bool retiring_is_idle() const noexcept override;
  [[nodiscard]] bool drained() const noexcept override;
  [[nodiscard]] std::uint64_t served(int index) const noexcept override;
  [[nodiscard]] std::optional<std::uint64_t> private_memory(int generation) const override;

  std::shared_ptr<const processes::PoolConfiguration> configuration_;
  dispatch::LockedDispatch& dispatch_;
  fleet::Status& status_;
  reports::Events& events_;
  core::EventFd event_;
  fleet::Fleet fleet_;
  std::vector<WatchedWorker> workers_;  // has room for all
  std::vector<char> late_;              // by index
  WorkerPolls polls_;
  bool short_of_memory_ = false;  // a step is to be repeated
  core::Deadline next_trim_ = {};
  std::uint64_t requests_at_trim_ = 0;
  std::atomic<bool> closing_{false};
  std::atomic<std::thread::id> id_ = {};
  processes::Spawner spawner_;
  std::thread thread_;
};

}  // namespace inferpool::pool
