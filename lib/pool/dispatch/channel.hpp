// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "ipc/wait_word.hpp"

namespace inferpool::pool::dispatch {

struct Call;

// What dispatch needs of one living worker. WorkerHandle does it over shared memory, and the tests
// of the state machine use a fake. Thread-safety: called under the pool's lock.
class Channel {
 public:
  virtual ~Channel() = default;

  // Whether one more request can be posted. Never after abort() or kill().
  [[nodiscard]] virtual bool has_room() const noexcept = 0;
  // Hands the request over; returns its sequence number.
  virtual std::uint32_t post(const Call& call, ipc::WakeList& wakes) = 0;
  // A request comes soon: a worker that sleeps wakes up for it. May do nothing.
  virtual void announce(ipc::WakeList& /*wakes*/) noexcept {}
  // Whether the worker would have to be woken for one more request. False if that cannot be known.
  [[nodiscard]] virtual bool asleep() const noexcept { return false; }
  // Whether the worker has started the request.
  [[nodiscard]] virtual bool started(std::uint32_t /*sequence*/) const noexcept { return true; }
  // Takes the request back. False: the worker has started it.
  virtual bool recall(std::uint32_t sequence) noexcept = 0;
  // Whether the worker has passed a recalled request since, and so is awake. True if that cannot be
  // known.
  [[nodiscard]] virtual bool passed(std::uint32_t /*sequence*/) const noexcept { return true; }
  // Whether the whole answer is available.
  [[nodiscard]] virtual bool answered(std::uint32_t sequence) const noexcept = 0;
  // Whether an available answer takes memory of the worker beyond its slot.
  [[nodiscard]] virtual bool holds_memory(std::uint32_t /*sequence*/) const noexcept {
    return false;
  }
  // Whether a part of the answer is available that was not taken.
  [[nodiscard]] virtual bool part_available(std::uint32_t sequence) const noexcept = 0;
  // The available part was read: the worker may go on.
  virtual void take_part(std::uint32_t sequence, ipc::WakeList& wakes) noexcept = 0;
  // Tells the model that nobody waits for this answer or its parts any more.
  virtual void cancel(std::uint32_t sequence, ipc::WakeList& wakes) noexcept = 0;
  // The answer was read, or the request recalled: its slot is free.
  virtual void finish(std::uint32_t sequence) noexcept = 0;
  // Like finish, for an answer that nobody reads: its memory goes back to the worker.
  virtual void discard(std::uint32_t sequence) noexcept = 0;
  // Asks a process that hangs to write its stack to its stderr and end. If it cannot, kill() must
  // follow.
  virtual void abort(const std::string& reason) noexcept = 0;
  // Ends the process; the kernel reports its end later. The first reason counts.
  virtual void kill(const std::string& reason) noexcept = 0;
};

}  // namespace inferpool::pool::dispatch
