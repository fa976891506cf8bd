// SPDX-License-Identifier: Apache-2.0
#include "pool/completion.hpp"

#include <algorithm>

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
  std::unique_ptr<detail::Receiver> receiver;
  std::stop_token stop;
  std::optional<std::stop_callback<Wake>> on_stop;
  Placement placement;
  std::optional<Error> error;  // how it ended, where not with an answer
  bool refused = false;
  std::uint32_t seen = 0;
};

Completion::Completion(Exchange& exchange, Events& events, Duration spin, int processors) noexcept
    : exchange_(exchange), events_(events), spin_(spin, processors) {}

Completion::~Completion() { stop(); }

void Completion::submit(detail::FunctionRef<void(Encoder&)> encode,
                        std::unique_ptr<detail::Receiver> receiver,
                        const InferOptions& options) noexcept {
  std::list<Pending> pending;
  try {
    pending.emplace_back(group_, options.stop);
    enter();
  } catch (...) {  // there is no thread that could tell
    exchange_.count_refusal();
    return deliver(*receiver, current_error(), events_);
  }
  Pending& call = pending.front();
  call.receiver = std::move(receiver);
  try {
    exchange_.prepare(call.call, encode, options);
    call.placement = exchange_.admit(call.call);
  } catch (...) {
    call.error = current_error();
    call.refused = true;
  }
  leave(pending);
  notify();
}

// Before a call is admitted: from then on the thread must live until it has told the receiver.
void Completion::enter() {
  const std::lock_guard lock(mutex_);
  if (stopped_) throw stopped();
  if (!thread_.joinable()) thread_ = quiet_thread("inferpool-done", [this] { run(); });
  ++entering_;
}

void Completion::leave(std::list<Pending>& pending) noexcept {
  const std::lock_guard lock(mutex_);
  --entering_;
  arrived_.splice(arrived_.end(), pending);
}

void Completion::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    stopped_ = stopped_ || !thread_.joinable();
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

void Completion::run() {
  id_.store(std::this_thread::get_id());
  int announced = 0;
  for (bool expects = false;;) {
    const std::uint32_t seen = group_.seen();
    if (!take_new()) return;
    const TimePoint now = Clock::now();
    // First every worker that has answered gets its next request, then the handlers are called.
    std::list<Pending> ended;
    for (auto next = active_.begin(); next != active_.end();) {
      const auto pending = next++;
      if (advance(*pending, now)) ended.splice(ended.end(), active_, pending);
    }
    for (Pending& pending : ended) {
      exchange_.remember_deaths(pending.call);
      deliver(*pending.receiver, pending.error, events_);
    }
    if (!ended.empty()) {
      announced = 0;
      continue;
    }
    const auto news = [&] { return anything_new(seen); };
    const bool found = expects ? spin_.expect(news, 0, crowded()) : spin_.spin(news, 0, crowded());
    expects = !found && wait(seen) && !news() && ++announced <= ipc::kMostAnnounced;
  }
}

// False once there is nothing left to do, and nothing will come.
bool Completion::take_new() {
  std::list<Pending> fresh;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = stopping_ && entering_ == 0 && arrived_.empty() && active_.empty();
    if (stopped_) return false;
    fresh.swap(arrived_);
  }
  for (Pending& pending : fresh) pending.on_stop.emplace(pending.stop, Wake{this});
  active_.splice(active_.end(), fresh);
  return true;
}

// True once it has ended.
bool Completion::advance(Pending& pending, TimePoint now) {
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

bool Completion::collect(Pending& pending) {
  try {
    return exchange_.collect(pending.call, pending.placement,
                             [&](Decoder& decoder) { pending.receiver->decode(decoder); });
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

bool Completion::wait(std::uint32_t seen) {
  std::vector<ipc::WaitFor> words{group_.park(seen)};
  Deadline until;
  for (const Pending& pending : active_) {
    until = earlier(until, pending.call.deadline);
    if (pending.placement.state != CallState::kPosted) continue;
    words.push_back(pending.placement.worker->memory()->ring().park(pending.placement.sequence));
  }
  const auto came = [&] { return anything_new(seen); };
  const bool woken = !came() && ipc::wait(words, until, came);
  group_.unpark();
  return woken;
}

}  // namespace inferpool::pool
