// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/completion.hpp"

#include <array>

#include "core/quiet_thread.hpp"
#include "pool/calls/delivery.hpp"
#include "pool/reports/call_errors.hpp"

namespace inferpool::pool::calls {

struct Completion::Pending : WaitedCall {
  Pending(CallProtocol& protocol, dispatch::Waiter& group, const std::stop_token& stop)
      : WaitedCall(protocol, stop) {
    waiter.join(group);
  }

  std::unique_ptr<detail::AsyncJob> job;
  std::optional<Error> error;  // if it ended without an answer
  bool refused = false;
  int untold = 0;  // how often there was no memory to tell the job
};

Completion::Completion(CallProtocol& protocol, std::shared_ptr<reports::Events> events,
                       Duration spin, int processors) noexcept
    : protocol_(protocol), events_(std::move(events)), spin_(spin, processors) {}

Completion::~Completion() { stop(); }

void Completion::submit(std::unique_ptr<detail::AsyncJob> job,
                        const InferOptions& options) noexcept {
  std::list<Pending> pending;
  try {
    pending.emplace_back(protocol_, group_, options.stop);
    enter();
  } catch (...) {                                             // no thread could tell the job
    const std::shared_ptr<reports::Events> events = events_;  // the job may destroy the pool
    protocol_.count_refusal();
    return deliver_and_wait(*job, current_error(), *events);
  }
  Pending& call = pending.front();
  call.job = std::move(job);
  try {
    protocol_.prepare(call.call, *call.job, options);
    call.update(protocol_.admit(call.call));
  } catch (...) {
    call.error = current_error();
    call.refused = true;
  }
  leave(pending);
}

// Called before a call is admitted: from then on the thread must live until it has told the job.
void Completion::enter() {
  const std::lock_guard lock(mutex_);
  if (stopped_) throw reports::stopped();
  if (!thread_.joinable()) thread_ = core::quiet_thread("inferpool-done", [this] { run(); });
  ++entering_;
}

// This is the calling thread's last step here: once the lock is released, the job may be told, and
// its handler may destroy the pool. Waking a thread takes only the address of the word.
void Completion::leave(std::list<Pending>& pending) noexcept {
  ipc::WakeList wakes;  // acts after the lock is released
  const std::lock_guard lock(mutex_);
  --entering_;
  arrived_.splice(arrived_.end(), pending);
  group_.notify(wakes);
}

void Completion::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_ = stopped_ || !thread_.joinable();
  }
  if (on_this_thread()) {
    const bool here = false;
    while (!*gone_ && turn(here)) continue;
    *gone_ = true;
    if (thread_.joinable()) thread_.detach();
    return;
  }
  notify();
  if (thread_.joinable()) thread_.join();
}

bool Completion::on_this_thread() const noexcept {
  return id_.load() == std::this_thread::get_id();
}

void Completion::notify() noexcept {
  ipc::WakeList wakes;
  group_.notify(wakes);
}

void Completion::run() noexcept {
  bool gone = false;
  gone_ = &gone;
  id_.store(std::this_thread::get_id());
  while (turn(gone)) continue;
  if (!gone) id_.store({});  // another thread may get this one's id
}

// False when nothing is left to do and nothing will come, or when `gone` is set: a job has
// destroyed the pool, and this object with it.
bool Completion::turn(const bool& gone) noexcept {
  const std::uint32_t seen = group_.seen();
  if (!take_new()) return false;
  if (!untold_.empty()) requeue_untold();
  const core::TimePoint now = core::Clock::now();
  // First every worker that has answered gets its next request, then the handlers are called.
  for (auto next = active_.begin(); next != active_.end();) {
    const auto pending = next++;
    if (advance(*pending, now)) ended_.splice(ended_.end(), active_, pending);
  }
  if (!ended_.empty()) {
    wait_.came();
    return tell_ended(gone);
  }
  wait_.wait(active_, seen, {.rivals = rivals()});
  return true;
}

bool Completion::tell_ended(const bool& gone) noexcept {
  const std::shared_ptr<reports::Events> events = events_;
  while (!ended_.empty()) {
    std::list<Pending> told;  // kept here, because its job may destroy the pool and the lists
    told.splice(told.end(), ended_, ended_.begin());
    Pending& pending = told.front();
    pending.stop_listening();
    protocol_.remember_deaths(pending.call);
    const bool done = deliver(*pending.job, pending.error, *events);
    if (gone) return false;
    if (!done && ++pending.untold < kMostTellings) {
      untold_.splice(untold_.end(), told);
      continue;
    }
    if (!done) give_up_telling(*events);
    pending.job.reset();  // what it owns may destroy the pool, too
    if (gone) return false;
  }
  return true;
}

// After a pause, queues the jobs again that there was no memory to tell.
void Completion::requeue_untold() noexcept {
  const std::array words{group_.park(group_.seen())};
  ipc::wait(words, core::Clock::now() + kNextDelivery);
  group_.unpark();
  ended_.splice(ended_.end(), untold_);
}

// False when nothing is left to do and nothing will come.
bool Completion::take_new() noexcept {
  std::list<Pending> fresh;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = stopping_ && entering_ == 0 && arrived_.empty() && active_.empty() &&
               ended_.empty() && untold_.empty();
    if (stopped_) return false;
    fresh.swap(arrived_);
  }
  for (Pending& pending : fresh) pending.listen();
  active_.splice(active_.end(), fresh);
  return true;
}

// True if the call has ended.
bool Completion::advance(Pending& pending, core::TimePoint now) noexcept try {
  if (pending.refused) return true;
  for (;;) {
    switch (pending.take_news(*pending.job)) {
      case WaitedCall::News::kFailure:
        pending.error = pending.call.error;
        return true;
      case WaitedCall::News::kAnswer:
        return true;
      case WaitedCall::News::kPart:  // it does not ask for parts
      case WaitedCall::News::kNone:
        break;
    }
    pending.check(now);
    if (!pending.has_news()) return false;
  }
} catch (...) {
  pending.error = current_error();
  return true;
}

ipc::Rivals Completion::rivals() const noexcept {
  return active_.empty() ? ipc::Rivals::kNone : active_.back().snapshot().rivals;
}

}  // namespace inferpool::pool::calls
