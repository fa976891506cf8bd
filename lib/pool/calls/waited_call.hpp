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

// A call and what its waiter knows of it: where it is, what has come, whether it is over. Its
// thread may wait for this call alone or for many. Thread-safety: none; it belongs to the waiting
// thread, which any thread may wake.
class WaitedCall {
 public:
  enum class News { kNone, kPart, kAnswer, kFailure };

  // `protocol` must outlive it.
  WaitedCall(CallProtocol& protocol, std::stop_token stop) noexcept
      : protocol_(protocol), stop_(std::move(stop)) {
    call.waiter = &waiter;
  }
  WaitedCall(const WaitedCall&) = delete;
  WaitedCall& operator=(const WaitedCall&) = delete;

  // From now on, until it is destroyed or stop_listening() is called, a request to stop wakes its
  // thread.
  void listen() { on_stop_.emplace(stop_, Wake{&waiter}); }
  void stop_listening() noexcept { on_stop_.reset(); }

  // Takes the snapshot that admit() returned.
  void update(CallSnapshot snapshot) noexcept { snapshot_ = std::move(snapshot); }
  [[nodiscard]] const CallSnapshot& snapshot() const noexcept { return snapshot_; }

  // Takes what has come, if anything has. A part or the answer goes to the job; the error of a
  // failure is in the call. Throws what CallProtocol::collect throws. After an answer or a failure
  // the call has ended. Ends a call that its caller asked to stop.
  News take_news(detail::Job& job);

  // Whether the answer is available, or a part if the caller takes parts. Cheap enough for a thread
  // that spins.
  [[nodiscard]] bool available() const noexcept {
    return snapshot_.answered() || (call.streams && snapshot_.part_available());
  }
  [[nodiscard]] bool has_news() const noexcept { return available() || waiter.seen() != seen_; }
  // What the waiter's word was at the last look.
  [[nodiscard]] std::uint32_t seen() const noexcept { return seen_; }

  // Call it when nothing has come for a while. Ends the call after its deadline.
  // `processor_free`: nobody else wanted the processor of its thread meanwhile.
  void check(core::TimePoint now, bool processor_free = false) noexcept;
  // Ends the call if its deadline has passed or its caller asked it to stop, even if a part is
  // available.
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
