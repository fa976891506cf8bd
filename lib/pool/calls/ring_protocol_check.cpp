// SPDX-License-Identifier: Apache-2.0
// What a worker shows, and what becomes of one that breaks the protocol.
#include "core/format.hpp"
#include "core/short_of_memory.hpp"
#include "pool/calls/ring_protocol.hpp"

namespace inferpool::pool::calls {

void RingProtocol::check(dispatch::Call& call, CallSnapshot& snapshot) noexcept {
  if (snapshot.dead) return check_dead(call, snapshot);
  if (snapshot.state != dispatch::CallState::kPosted) return;
  const auto plausible = [&] { return snapshot.ring->plausible(snapshot.sequence); };
  const bool missed = snapshot.missed(call);
  if (!missed && plausible()) return;
  // The slot may be another request's by now, so look again where that cannot be.
  std::string_view broken;
  dispatch_.look([&](const dispatch::Dispatch&) {
    if (!snapshot.holds(call)) return;
    if (missed && call.next_seen()) broken = dispatch::kTookBack;
    if (!plausible()) broken = "words of the ring that no worker writes";
  });
  if (!broken.empty()) violation(*snapshot.worker, broken);
}

// A dead worker writes nothing, but another process may: what stood and is gone will not come.
void RingProtocol::check_dead(dispatch::Call& call, const CallSnapshot& snapshot) noexcept {
  if (snapshot.answered() || snapshot.part_available()) return;
  update_if_current(call, snapshot, [&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    d.answer_gone(call, wakes);
  });
}

void RingProtocol::throw_violation(dispatch::Call& call, const reports::WorkerEnd& end) {
  // Else it ended by itself, and that was blamed on the call.
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
  watcher_.signal();  // it may outlive that
  return end;
}

}  // namespace inferpool::pool::calls
