// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::fleet {

// How a fleet gives commands and asks questions. `generation` names one process, `index` one of the
// pool's workers. Commands need no memory, so that none is half done.
class FleetPort {
 public:
  FleetPort() = default;
  FleetPort(const FleetPort&) = delete;
  FleetPort& operator=(const FleetPort&) = delete;
  virtual ~FleetPort() = default;

  // --- commands ---

  // Make a process. Answered by spawned() or not_spawned().
  virtual void spawn(int index, int generation) noexcept = 0;
  // The process may get calls from now on.
  virtual void serve(int index, int generation) noexcept = 0;
  // The same, and the process that served at this index retires.
  virtual void replace(int index, int generation) noexcept = 0;
  virtual void ask_to_leave(int generation) noexcept = 0;
  // Sends SIGKILL. Answered by ended(), or never.
  virtual void kill(int generation, const std::string& reason) noexcept = 0;
  // Its calls fail, or go to other workers.
  virtual void lose_calls(const reports::WorkerEnd& end) noexcept = 0;
  virtual void lose_calls_of_retiring(const reports::WorkerEnd& end) noexcept = 0;
  // While no worker lives, calls end with this.
  virtual void refuse_calls(const Error& unavailable) noexcept = 0;
  // Every call that is left ends with `stopped`.
  virtual void stop_calls() noexcept = 0;
  virtual void tell(Event event) noexcept = 0;

  // --- questions ---

  // Reports the end of a process that was killed and has not ended.
  virtual reports::WorkerEnd give_up(int generation) noexcept = 0;
  // Whether the retiring worker has ended all its runs.
  [[nodiscard]] virtual bool retiring_is_idle() const noexcept = 0;
  // No call waits for a worker any more.
  [[nodiscard]] virtual bool drained() const noexcept = 0;
  // How many calls the process that serves at this index has answered; of the last one if none
  // serves.
  [[nodiscard]] virtual std::uint64_t served(int index) const noexcept = 0;
  // The process's private memory in bytes; none: unknown. May throw std::bad_alloc.
  [[nodiscard]] virtual std::optional<std::uint64_t> private_memory(int generation) const = 0;
};

}  // namespace inferpool::pool::fleet
