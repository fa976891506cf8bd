// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <inferpool/error.hpp>
#include <inferpool/event.hpp>

#include "pool/reports/worker_end.hpp"

namespace inferpool::pool::fleet {

// What a fleet has done, and what it asks. Processes are named by their generation, places by
// their index. Commands need no memory, so that none is done by halves.
class FleetPort {
 public:
  FleetPort() = default;
  FleetPort(const FleetPort&) = delete;
  FleetPort& operator=(const FleetPort&) = delete;
  virtual ~FleetPort() = default;

  // --- commands ---

  // Make a process. Answered by spawned() or not_spawned().
  virtual void spawn(int index, int generation) noexcept = 0;
  // Calls may go to it from now on.
  virtual void serve(int index, int generation) noexcept = 0;
  // The same, in place of the one that serves there, which retires.
  virtual void replace(int index, int generation) noexcept = 0;
  virtual void ask_to_leave(int generation) noexcept = 0;
  // By SIGKILL. Answered by ended(), or never.
  virtual void kill(int generation, const std::string& reason) noexcept = 0;
  // Its calls are lost, or go to others.
  virtual void lose_calls(const reports::WorkerEnd& end) noexcept = 0;
  virtual void lose_calls_of_retiring(const reports::WorkerEnd& end) noexcept = 0;
  // While no worker lives, calls end with this.
  virtual void refuse_calls(const Error& unavailable) noexcept = 0;
  // Every call that is left ends with `stopped`.
  virtual void stop_calls() noexcept = 0;
  virtual void tell(Event event) noexcept = 0;

  // --- questions ---

  // How the end is told of a process that was killed and has not ended.
  virtual reports::WorkerEnd give_up(int generation) noexcept = 0;
  // Whether the one that retires has answered all that it had in hand.
  [[nodiscard]] virtual bool retiring_is_idle() const noexcept = 0;
  // Nobody waits for a worker any more.
  [[nodiscard]] virtual bool drained() const noexcept = 0;
  // What the process that serves at the place has answered, or the last one had.
  [[nodiscard]] virtual std::uint64_t served(int index) const noexcept = 0;
  // Bytes of its own; none: not known. May throw std::bad_alloc.
  [[nodiscard]] virtual std::optional<std::uint64_t> private_memory(int generation) const = 0;
};

}  // namespace inferpool::pool::fleet
