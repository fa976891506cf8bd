// SPDX-License-Identifier: Apache-2.0
#include "pool/completion.hpp"

#include <algorithm>
#include <array>

#include "ipc/announced_copy.hpp"
#include "ipc/lost_wakes.hpp"
#include "pool/delivery.hpp"
#include "pool/quiet_thread.hpp"
#include "pool/refusal.hpp"

namespace inferpool::pool {

struct Completion::Pending {
  Pending(Waiter& group, std::stop_token token) : stop(std::move(token)) {
    waiter.join(group);
    call.waiter = &waiter;
  }

  Call call;
  Waiter waiter;
  std::unique_ptr<detail::AsyncJob> job;
  std::stop_token stop;
  std::optional<std::stop_callback<Wake>> on_stop;
  Placement placement;
  std::optional<Error> error;  // how it ended, where not with an answer
  bool refused = false;
  int untold = 0;  // so often there was no memory to tell the receiver
  std::uint32_t seen = 0;
};

Completion::Completion(Exchange& exchange, std::shared_ptr<Events> events, Duration spin,
                       int processors) noexcept
    : exchange_(exchange), events_(std::move(events)), spin_(spin, processors) {}

Completion::~Completion() { stop(); }

void Completion::submit(std::unique_ptr<detail::AsyncJob> job,
                        const InferOptions& options) noexcept {
  std::list<Pending> pending;
  try {
    pending.emplace_back(group_, options.stop);
    enter();
  } catch (...) {                                    // there is no thread that could tell
    const std::shared_ptr<Events> events = events_;  // the receiver may destroy the pool
    exchange_.count_refusal();
    return deliver_and_wait(*job, current_error(), *events);
  }
  Pending& call = pending.front();
  call.job = std::move(job);
  try {
    exchange_.prepare(call.call, *call.job, options);
    call.placement = exchange_.admit(call.call);
  } catch (...) {
    call.error = current_error();
    call.refused = true;
  }
  leave(pending);
}

// Before a call is admitted: from then on the thread must live until it has told the receiver.
void Completion::enter() {
  const std::lock_guard lock(mutex_);
  if (stopped_) throw stopped();
  if (!thread_.joinable()) thread_ = quiet_thread("inferpool-done", [this] { run(); });
  ++entering_;
}

// The last that the calling thread does here: as soon as the lock is released the receiver may be
// told, and whoever it tells may destroy the pool. To wake a thread takes the word's address alone.
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

// False once there is nothing left to do, and nothing will come; or `gone`: a receiver has
// destroyed the pool, and this with it.
bool Completion::turn(const bool& gone) noexcept {
  const std::uint32_t seen = group_.seen();
  if (!take_new()) return false;
  if (!untold_.empty()) tell_again();
  const TimePoint now = Clock::now();
  // First every worker that has answered gets its next request, then the handlers are called.
  for (auto next = active_.begin(); next != active_.end();) {
    const auto pending = next++;
    if (advance(*pending, now)) ended_.splice(ended_.end(), active_, pending);
  }
  if (!ended_.empty()) {
    announced_ = 0;
    expects_ = false;
    return tell_ended(gone);
  }
  const auto news = [&] { return anything_new(seen); };
  const bool found = expects_ ? spin_.expect(news, 0, crowded()) : spin_.spin(news, 0, crowded());
  expects_ = !found && wait(seen) && !news() && ++announced_ <= ipc::kMostAnnounced;
  return true;
}

bool Completion::tell_ended(const bool& gone) noexcept {
  const std::shared_ptr<Events> events = events_;
  while (!ended_.empty()) {
    std::list<Pending> told;  // its receiver may destroy the pool, and so whoever is told next
    told.splice(told.end(), ended_, ended_.begin());
    Pending& pending = told.front();
    pending.on_stop.reset();
    exchange_.remember_deaths(pending.call);
    const bool done = deliver(*pending.job, pending.error, *events);
    if (gone) return false;
    if (!done && ++pending.untold < kMostTellings) {
      untold_.splice(untold_.end(), told);
      continue;
    }
    if (!done) give_up_telling(*events);
    pending.job.reset();  // or what it owns destroys the pool
    if (gone) return false;
  }
  return true;
}

// For what there was no memory before.
void Completion::tell_again() noexcept {
  const std::array words{group_.park(group_.seen())};
  ipc::wait(words, Clock::now() + kTellAgainAfter);
  group_.unpark();
  ended_.splice(ended_.end(), untold_);
}

// False once there is nothing left to do, and nothing will come.
bool Completion::take_new() noexcept {
  std::list<Pending> fresh;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = stopping_ && entering_ == 0 && arrived_.empty() && active_.empty() &&
               ended_.empty() && untold_.empty();
    if (stopped_) return false;
    fresh.swap(arrived_);
  }
  for (Pending& pending : fresh) pending.on_stop.emplace(pending.stop, Wake{this});
  active_.splice(active_.end(), fresh);
  return true;
}

// True once it has ended.
bool Completion::advance(Pending& pending, TimePoint now) noexcept {
  if (pending.refused) return true;
  const auto relook = [&] {
    pending.seen = pending.waiter.seen();
    pending.placement = exchange_.look(pending.call);
  };
  if (pending.waiter.seen() != pending.seen) relook();
  if (pending.placement.state != CallState::kDone && !pending.placement.answered()) {
    const bool late = passed(pending.call.deadline, now);
    if (!late && !pending.stop.stop_requested()) {
      exchange_.check(pending.call, pending.placement);
      return false;
    }
    exchange_.give_up(pending.call, late ? ErrorCode::kDeadlineExceeded : ErrorCode::kCancelled);
    relook();
  }
  if (pending.placement.state == CallState::kDone) {
    pending.error = pending.call.error;
    return true;
  }
  if (!pending.placement.answered()) return false;
  if (collect(pending)) return true;
  relook();
  return false;
}

bool Completion::collect(Pending& pending) noexcept {
  try {
    return exchange_.collect(pending.call, pending.placement, *pending.job);
  } catch (...) {
    pending.error = current_error();
    return true;
  }
}

bool Completion::crowded() const noexcept {
  return !active_.empty() && active_.back().placement.crowded;
}

bool Completion::anything_new(std::uint32_t seen) const noexcept {
  return group_.seen() != seen ||
         std::any_of(active_.begin(), active_.end(),
                     [](const Pending& pending) { return pending.placement.answered(); });
}

bool Completion::wait(std::uint32_t seen) noexcept {
  // One more than the kernel takes tells ipc::wait() that there are more.
  std::array<ipc::WaitFor, ipc::kMaxWaitFor + 1> words;
  std::size_t count = 0;
  words[count++] = group_.park(seen);
  Deadline until;
  for (const Pending& pending : active_) {
    until = earlier(until, pending.call.deadline);
    if (pending.placement.state != CallState::kPosted || count == words.size()) continue;
    words[count++] = pending.placement.worker->memory()->ring().park(pending.placement.sequence);
  }
  const auto came = [&] { return anything_new(seen); };
  const bool woken = !came() && ipc::wait({words.data(), count}, until, came);
  group_.unpark();
  return woken;
}

}  // namespace inferpool::pool
