// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>
#include <inferpool/options.hpp>

#include "pool/calls/call_snapshot.hpp"
#include "pool/dispatch/call.hpp"

namespace inferpool::pool::calls {

// What the waiting code does with a call, from its preparation to its end. RingProtocol does it
// over shared memory, and the tests of the waiting code use a fake. Thread-safety: safe from many
// threads, one per call.
class CallProtocol {
 public:
  CallProtocol(const CallProtocol&) = delete;
  CallProtocol& operator=(const CallProtocol&) = delete;

  // --- before it is admitted ---

  // Encodes the request into memory that only the host writes. Throws Error.
  virtual void prepare(dispatch::Call& call, const detail::Job& job,
                       const InferOptions& options) = 0;
  // Counts a call that is refused before it is prepared.
  virtual void count_refusal() noexcept = 0;
  // Throws Error (stopped, unavailable, queue_full, poisoned_request).
  virtual CallSnapshot admit(dispatch::Call& call) = 0;

  // --- while it is under way ---

  [[nodiscard]] virtual CallSnapshot look(const dispatch::Call& call) const = 0;
  // Call it when the waiter has found nothing. Ends the worker if the reply word is impossible, or
  // if an answer or part that was available before this look is gone. If the worker is dead already
  // and its answer or part is gone, ends the call.
  virtual void check(dispatch::Call& call, CallSnapshot& snapshot) noexcept = 0;
  // Call it when the call looks answered. Reads the reply with distrust. Throws Error: the model's,
  // worker_lost for garbage, out_of_memory for the host's own memory, model_failed for any other
  // exception of the job. False: the reply was forged, and the call is elsewhere by now; look
  // again. The reply after the last part has nothing to decode.
  virtual bool collect(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) = 0;
  // The same for a part of the answer. It does not end the call, unless it throws worker_lost.
  virtual bool collect_part(dispatch::Call& call, const CallSnapshot& snapshot,
                            detail::Job& job) = 0;

  // --- when its waiter ends it ---

  // Ends the call with deadline_exceeded or cancelled, unless it has ended.
  virtual void give_up(dispatch::Call& call, ErrorCode code) noexcept = 0;
  // The waiter leaves the call, even one that has not ended (without memory it cannot end it). From
  // now on nothing refers to the call.
  virtual void forget(dispatch::Call& call) noexcept = 0;
  // Like forget, for a caller that has all the parts it wanted: counts as a success.
  virtual void end_early(dispatch::Call& call) noexcept = 0;
  // Call it when the call is done, before its caller is told. Remembers the input if it was running
  // when a worker ended.
  void remember_deaths(dispatch::Call& call) noexcept {
    if (call.blamed > 0) remember(call);
  }

 protected:
  CallProtocol() = default;
  ~CallProtocol() = default;

 private:
  virtual void remember(dispatch::Call& call) noexcept = 0;
};

}  // namespace inferpool::pool::calls
