// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <utility>

#include "core/clock.hpp"
#include "pool/calls/call_protocol.hpp"
#include "pool/calls/call_snapshot.hpp"
#include "pool/dispatch/call.hpp"

namespace inferpool::pool::calls {

// A call and what its waiter knows of it, whether a thread waits for this one alone or for many:
// where it stands, what has come of it, whether it is over. Thread-safety: none, the waiting
// thread's own; what wakes that thread may come from anywhere.
class WaitedCall {
 public:
  enum class News { kNone, kPart, kAnswer, kFailure };

  // `protocol` outlives it.
  WaitedCall(CallProtocol& protocol, std::stop_token stop) noexcept
      : protocol_(protocol), stop_(std::move(stop)) {
    call.waiter = &waiter;
  }
  WaitedCall(const WaitedCall&) = delete;
  WaitedCall& operator=(const WaitedCall&) = delete;

  // From now on, until it is destroyed or stop_listening() is called, a request to stop wakes.
  void listen() { on_stop_.emplace(stop_, Wake{&waiter}); }
  void stop_listening() noexcept { on_stop_.reset(); }

  // Where it was admitted to.
  void update(CallSnapshot snapshot) noexcept { snapshot_ = std::move(snapshot); }
  [[nodiscard]] const CallSnapshot& snapshot() const noexcept { return snapshot_; }

  // Takes what has come, if anything has: a part or the answer goes to the job, the error of a
  // failure is the call's. Throws what CallProtocol::collect throws. After an answer or a failure
  // the call has ended. What its caller asked to stop ends here.
  News take_news(detail::Job& job);

  // An answer stands, or, where it takes parts, one of these. Cheap: for whoever spins.
  [[nodiscard]] bool available() const noexcept {
    return snapshot_.answered() || (call.streams && snapshot_.part_available());
  }
  [[nodiscard]] bool has_news() const noexcept { return available() || waiter.seen() != seen_; }
  // The state of the waiter that is known.
  [[nodiscard]] std::uint32_t seen() const noexcept { return seen_; }

  // For a call of which nothing has come for a while.
  void check(core::TimePoint now) noexcept;
  // Ends it, though a part may stand, where its time has passed or its caller asked it to stop.
  void end_if_over() noexcept;

  dispatch::Call call;
  dispatch::Waiter waiter;

 private:
  struct Wake {
    dispatch::Waiter* waiter;
    void operator()() const noexcept {
      ipc::WakeList wakes;
      waiter->notify(wakes);
    }
  };

  void look_again();

  CallProtocol& protocol_;
  std::stop_token stop_;
  CallSnapshot snapshot_;
  std::uint32_t seen_ = 0;
  std::optional<std::stop_callback<Wake>> on_stop_;
};

}  // namespace inferpool::pool::calls
