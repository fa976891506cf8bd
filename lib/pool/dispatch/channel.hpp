// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "ipc/wait_word.hpp"

namespace inferpool::pool::dispatch {

struct Call;

// What the dispatch of calls needs of one living worker. Real: WorkerHandle, over shared memory.
// The state machine is tested over a fake. Thread-safety: called under the pool's lock.
class Channel {
 public:
  virtual ~Channel() = default;

  // Whether one more request can be posted. Never after abort() or kill().
  [[nodiscard]] virtual bool has_room() const noexcept = 0;
  // Hands the request over; gives its sequence number.
  virtual std::uint32_t post(const Call& call, ipc::WakeList& wakes) = 0;
  // A request comes soon: a worker that sleeps wakes up for it. May do nothing.
  virtual void announce(ipc::WakeList& /*wakes*/) noexcept {}
  // Takes it back. False: the worker has begun it.
  virtual bool recall(std::uint32_t sequence) noexcept = 0;
  // Of a recalled request: whether the worker has gone past it since, and so is awake. Where nobody
  // can tell: true.
  [[nodiscard]] virtual bool passed(std::uint32_t /*sequence*/) const noexcept { return true; }
  // Whether the whole answer stands.
  [[nodiscard]] virtual bool answered(std::uint32_t sequence) const noexcept = 0;
  // Of an answer that stands: whether it takes memory of the worker's beyond its slot.
  [[nodiscard]] virtual bool holds_memory(std::uint32_t /*sequence*/) const noexcept {
    return false;
  }
  // Whether a part of the answer stands that was not taken.
  [[nodiscard]] virtual bool part_available(std::uint32_t sequence) const noexcept = 0;
  // The part that stands was read: the worker may go on.
  virtual void take_part(std::uint32_t sequence, ipc::WakeList& wakes) noexcept = 0;
  // Tells the model that nobody waits for this one any more, or takes a part of it.
  virtual void cancel(std::uint32_t sequence, ipc::WakeList& wakes) noexcept = 0;
  // The answer was read, or the request recalled: its slot is free.
  virtual void finish(std::uint32_t sequence) noexcept = 0;
  // As finish, for an answer that nobody reads: its memory goes back to the worker.
  virtual void discard(std::uint32_t sequence) noexcept = 0;
  // Asks a process that hangs for its stack, which it writes to its stderr and then ends. Where it
  // cannot, kill() must follow.
  virtual void abort(const std::string& reason) noexcept = 0;
  // Ends the process; its death is reported by the kernel later. The first reason stays.
  virtual void kill(const std::string& reason) noexcept = 0;
};

}  // namespace inferpool::pool::dispatch
