// SPDX-License-Identifier: Apache-2.0
#include "pool/completion.hpp"

#include <algorithm>

#include "pool/quiet_thread.hpp"

namespace inferpool::pool {
namespace {

Error to_error(const std::exception& error) {
  if (const auto* own = dynamic_cast<const Error*>(&error)) return *own;
  return {ErrorCode::kOutOfMemory, error.what()};
}

}  // namespace

struct Completion::Pending {
  Call call;
  Waiter waiter;
  std::unique_ptr<detail::Receiver> receiver;
  std::stop_token stop;
  std::optional<std::stop_callback<Wake>> on_stop;
  Placement placement;
  std::uint32_t seen = 0;
};

Completion::Completion(Exchange& exchange, Duration spin) noexcept
    : exchange_(exchange), spin_(spin) {}

Completion::~Completion() { stop(); }

void Completion::submit(detail::FunctionRef<void(Encoder&)> encode,
                        std::unique_ptr<detail::Receiver> receiver,
                        const InferOptions& options) noexcept {
  std::unique_ptr<Pending> pending;
  try {
    pending = std::make_unique<Pending>();
    pending->waiter.join(group_);
    pending->call.waiter = &pending->waiter;
    pending->stop = options.stop;
    exchange_.prepare(pending->call, encode, options);
  } catch (const std::exception& error) {
    return receiver->fail(to_error(error));
  }
  try {
    enter();
  } catch (const std::exception& error) {
    return receiver->fail(to_error(error));
  }
  try {
    pending->placement = exchange_.admit(pending->call);
    pending->receiver = std::move(receiver);
    leave(std::move(pending));
  } catch (const std::exception& error) {
    leave(nullptr);
    receiver->fail(to_error(error));
  }
  notify();
}

// Before a call is admitted: from then on the thread must live until it has told the receiver.
void Completion::enter() {
  const std::lock_guard lock(mutex_);
  if (!thread_.joinable() && !stopping_)
    thread_ = quiet_thread("inferpool-done", [this] { run(); });
  ++entering_;
}

void Completion::leave(std::unique_ptr<Pending> pending) noexcept {
  const std::lock_guard lock(mutex_);
  --entering_;
  if (pending) arrived_.push_back(std::move(pending));
}

void Completion::stop() noexcept {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  notify();
  if (thread_.joinable()) thread_.join();
}

void Completion::notify() noexcept {
  ipc::WakeList wakes;
  group_.notify(wakes);
}

void Completion::run() {
  for (;;) {
    const std::uint32_t seen = group_.seen();
    const bool stopping = take_new();
    if (stopping && active_.empty()) return;
    const TimePoint now = Clock::now();
    const auto before = active_.size();
    std::erase_if(active_,
                  [&](const std::unique_ptr<Pending>& pending) { return advance(*pending, now); });
    if (active_.size() != before) continue;
    if (!spin_.spin([&] { return anything_new(seen); })) wait(seen);
  }
}

bool Completion::take_new() {
  std::list<std::unique_ptr<Pending>> fresh;
  bool stopping = false;
  {
    const std::lock_guard lock(mutex_);
    fresh.swap(arrived_);
    stopping = stopping_ && entering_ == 0;
  }
  for (const auto& pending : fresh) pending->on_stop.emplace(pending->stop, Wake{this});
  active_.splice(active_.end(), fresh);
  return stopping;
}

// True once the receiver has been told.
bool Completion::advance(Pending& pending, TimePoint now) {
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
    pending.receiver->fail(*pending.call.error);
    return true;
  }
  if (!pending.placement.answered()) return false;
  try {
    if (!exchange_.collect(pending.call, pending.placement,
                           [&](Decoder& decoder) { pending.receiver->deliver(decoder); })) {
      relook();
      return false;
    }
  } catch (const std::exception& error) {
    pending.receiver->fail(to_error(error));
  }
  return true;
}

bool Completion::anything_new(std::uint32_t seen) const noexcept {
  return group_.seen() != seen ||
         std::any_of(active_.begin(), active_.end(),
                     [](const auto& pending) { return pending->placement.answered(); });
}

void Completion::wait(std::uint32_t seen) {
  std::vector<ipc::WaitFor> words{group_.park(seen)};
  Deadline until;
  for (const auto& pending : active_) {
    until = earlier(until, pending->call.deadline);
    if (pending->placement.state != CallState::kPosted) continue;
    words.push_back(pending->placement.worker->memory()->ring().park(pending->placement.sequence));
  }
  if (!anything_new(seen)) {
    const TimePoint start = Clock::now();
    ipc::wait(words, until);
    spin_.slept(Clock::now() - start);
  }
  group_.unpark();
}

}  // namespace inferpool::pool
