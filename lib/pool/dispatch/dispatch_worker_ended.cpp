// SPDX-License-Identifier: Apache-2.0
// What becomes of the calls of a worker that has ended.
#include <memory>
#include <new>
#include <utility>
#include <vector>

#include "pool/dispatch/dispatch.hpp"
#include "pool/reports/call_errors.hpp"

namespace inferpool::pool::dispatch {

namespace {

// Null without memory.
std::shared_ptr<const DeadWorker> make_dead(const std::shared_ptr<Channel>& channel,
                                            const reports::WorkerEnd& end) noexcept try {
  return std::make_shared<const DeadWorker>(
      DeadWorker{channel, std::make_shared<const reports::WorkerEnd>(end)});
} catch (const std::bad_alloc&) {
  return nullptr;
}

}  // namespace

void Dispatch::ended(WorkerQueue& queue, const reports::WorkerEnd& end, ipc::WakeList& wakes) {
  if (!queue.live()) return;
  const std::shared_ptr<Channel> channel = queue.channel();
  const Dead dead = make_dead(channel, end);
  std::vector<Run>& runs = queue.worker_ended();
  for (const Run& run : runs) {
    if (run.call == nullptr) continue;
    dead ? lose(run, dead, wakes) : lose_all(*run.call, *channel, end, wakes);
  }
  runs.clear();
  fail_hopeless(wakes);
  feed(wakes);
}

// Fails the calls that wait for a worker that will not come.
void Dispatch::fail_hopeless(ipc::WakeList& wakes) {
  if (live() > 0) return;
  if (closing_) {
    fail_queue(reports::stopped(), wakes);
  } else if (breaker_) {
    fail_queue(*breaker_, wakes);
  }
}

void Dispatch::lose(const Run& run, const Dead& dead, ipc::WakeList& wakes) {
  Call& call = *run.call;
  // The whole answer is available in memory that the call keeps alive: its caller collects it.
  if (dead->channel->answered(call.sequence)) return keep(call, dead, wakes);
  const bool started = call.parts > 0 || !dead->channel->recall(call.sequence);
  lose_unanswered(call, dead, started, run.suspect, wakes);
}

// Without memory no available answer can be kept, and no call is blamed.
void Dispatch::lose_all(Call& call, Channel& channel, const reports::WorkerEnd& end,
                        ipc::WakeList& wakes) {
  const bool started = call.parts > 0 || !channel.recall(call.sequence);
  if (started) ++call.deaths;
  if (call.deaths < 2 && call.may_run_again(started)) {
    counts_.retry();
    return put_back(call, wakes);
  }
  fail(call,
       reports::worker_lost(end, call.id, started ? Phase::kRunning : Phase::kQueued, call.parts),
       wakes);
}

void Dispatch::lose_unanswered(Call& call, const Dead& dead, bool started, bool suspect,
                               ipc::WakeList& wakes) {
  if (started) ++call.deaths;
  if (started && suspect) {
    call.blamed_end = dead->end;
    ++call.blamed;
  }
  if (call.deaths < 2 && call.may_run_again(started)) {
    counts_.retry();
    return put_back(call, wakes);
  }
  // The caller also gets a whole part that is available.
  const bool part = started && dead->channel->part_available(call.sequence);
  Error error = call.deaths >= 2 ? reports::poisoned_request(*dead->end, call.id)
                                 : reports::worker_lost(*dead->end, call.id,
                                                        started ? Phase::kRunning : Phase::kQueued,
                                                        call.parts + (part ? 1 : 0));
  if (!part) return fail(call, std::move(error), wakes);
  call.error = std::move(error);
  keep(call, dead, wakes);
}

// Keeps the memory until the caller has read what is available in it.
void Dispatch::keep(Call& call, const Dead& dead, ipc::WakeList& wakes) {
  call.dead = dead;
  ++dead_;
  call.waiter->notify(wakes);
}

void Dispatch::answer_gone(Call& call, ipc::WakeList& wakes) {
  if (call.state != CallState::kPosted || !call.dead) return;
  const Dead dead = std::exchange(call.dead, nullptr);
  --dead_;
  if (call.error) {  // the error of its worker's end; the part is gone
    Error error = call.deaths >= 2
                      ? *std::move(call.error)
                      : reports::worker_lost(*dead->end, call.id, Phase::kRunning, call.parts);
    return fail(call, std::move(error), wakes);
  }
  lose_unanswered(call, dead, true, true, wakes);
  fail_hopeless(wakes);
  feed(wakes);
}

}  // namespace inferpool::pool::dispatch
