// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>
#include <inferpool/options.hpp>

#include "pool/calls/call_snapshot.hpp"
#include "pool/dispatch/call.hpp"

namespace inferpool::pool::calls {

// What whoever waits for a call does with it, from its preparation to its end. Real: RingProtocol,
// over shared memory. The waiting is tested over a fake. Thread-safety: safe from many threads, one
// for each call.
class CallProtocol {
 public:
  CallProtocol(const CallProtocol&) = delete;
  CallProtocol& operator=(const CallProtocol&) = delete;

  // --- before it is admitted ---

  // Encodes the request into memory that only the host writes. Throws Error.
  virtual void prepare(dispatch::Call& call, const detail::Job& job,
                       const InferOptions& options) = 0;
  // A call that is refused before it is prepared counts, too.
  virtual void count_refusal() noexcept = 0;
  // Throws Error (stopped, unavailable, queue_full, poisoned_request).
  virtual CallSnapshot admit(dispatch::Call& call) = 0;

  // --- while it is under way ---

  [[nodiscard]] virtual CallSnapshot look(const dispatch::Call& call) const = 0;
  // Of a call of which its waiter has found nothing: ends the worker where the reply word holds
  // what cannot be, or what stood there before the waiter looked is gone; ends the call where its
  // worker is dead, and what stood there is gone.
  virtual void check(dispatch::Call& call, CallSnapshot& snapshot) noexcept = 0;
  // Of a call that looks answered: reads the reply with distrust. Throws Error (the model's,
  // worker_lost for garbage, out_of_memory for the host's own, model_failed for what else the job
  // throws). False: the reply was forged, the call is elsewhere by now; look again. An answer that
  // was its parts has nothing to decode.
  virtual bool collect(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) = 0;
  // The same for a part of the answer, which does not end the call, unless it throws worker_lost.
  virtual bool collect_part(dispatch::Call& call, const CallSnapshot& snapshot,
                            detail::Job& job) = 0;

  // --- when its waiter ends it ---

  // Ends the call with deadline_exceeded or cancelled, unless it has ended.
  virtual void give_up(dispatch::Call& call, ErrorCode code) noexcept = 0;
  // Whoever waited for the call leaves, maybe without its end (for want of memory): nothing knows
  // it any more.
  virtual void forget(dispatch::Call& call) noexcept = 0;
  // As forget, of a caller that has got all the parts that it wanted: a success.
  virtual void end_early(dispatch::Call& call) noexcept = 0;
  // Of a call that is done, before its caller is told: an input that was running when its worker
  // ended is remembered.
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
