// SPDX-License-Identifier: Apache-2.0
// Checks the words of the ring that a worker writes, and ends one that breaks the protocol. The
// contents of a reply are checked where they are read: see RingProtocol::collect.
#include <bit>

#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/calls/ring_protocol.hpp"

namespace inferpool::pool::calls {

void RingProtocol::check(dispatch::Call& call, CallSnapshot& snapshot) noexcept {
  if (snapshot.dead) return check_dead(call, snapshot);
  if (snapshot.state != dispatch::CallState::kPosted) return;
  // Each look takes the pool's lock, so they become rare.
  if (snapshot.waits_behind_a_run() && std::has_single_bit(++snapshot.looks)) {
    dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
      d.hand_over(call, core::ticks(), snapshot.processor_free, wakes);
    });
  }
  const auto plausible = [&] { return snapshot.ring->plausible(snapshot.sequence); };
  const bool missed = snapshot.missed(call);
  if (!missed && plausible()) return;
  // The slot may belong to another request by now, so look again under the lock.
  std::string_view broken;
  dispatch_.look([&](const dispatch::Dispatch&) {
    if (!snapshot.holds(call)) return;
    if (missed && call.next_seen()) broken = dispatch::kTookBack;
    if (!plausible()) broken = "words of the ring that no worker writes";
  });
  if (!broken.empty()) violation(*snapshot.worker, broken);
}

// A dead worker writes nothing, but another process may: an answer that is gone will not come back.
void RingProtocol::check_dead(dispatch::Call& call, const CallSnapshot& snapshot) noexcept {
  if (snapshot.answered() || snapshot.part_available()) return;
  update_if_current(call, snapshot, [&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    d.answer_gone(call, wakes);
  });
}

void RingProtocol::throw_violation(dispatch::Call& call, const reports::WorkerEnd& end) {
  // Otherwise the worker ended by itself, and the call has been blamed for that.
  if (!call.dead || !call.error) call.blame(end);
  throw reports::worker_lost(end, call.id, Phase::kRunning, call.parts);
}

reports::WorkerEnd RingProtocol::violation(processes::WorkerHandle& worker,
                                           std::string_view what) const noexcept {
  reports::WorkerEnd end{
      .index = worker.index(), .generation = worker.generation(), .pid = worker.pid()};
  end.status.signal = 9;
  end.reason =
      core::text_or("garbage", [&] { return core::formatted("protocol violation: {}", what); });
  worker.kill(end.reason);
  watcher_.signal();  // the worker may outlive the kill
  return end;
}

}  // namespace inferpool::pool::calls
