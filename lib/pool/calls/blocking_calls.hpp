// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <inferpool/detail/job.hpp>
#include <inferpool/options.hpp>

#include "ipc/spin.hpp"
#include "pool/calls/call_protocol.hpp"
#include "pool/calls/waited_call.hpp"

namespace inferpool::pool::calls {

// Calls whose caller's thread waits for them, from their preparation to their end. Thread-safety:
// safe from many threads.
class BlockingCalls {
 public:
  // The protocol must outlive it. `spin`, `processors`: as for SpinBudget.
  BlockingCalls(CallProtocol& protocol, Duration spin, int processors) noexcept
      : protocol_(protocol), spin_(spin, processors), looks_(spin > Duration::zero()) {}

  // As Backend says.
  void infer(detail::Job& job, const InferOptions& options);
  void infer_stream(detail::StreamJob& job, const InferOptions& options);

 private:
  // await() returns when the call has ended.
  template <typename Await>
  void ask(WaitedCall& call, const detail::Job& job, const InferOptions& options,
           const Await& await);
  // Throws the call's error.
  WaitedCall::News await_news(WaitedCall& call, detail::Job& job);

  CallProtocol& protocol_;
  ipc::SpinBudget spin_;
  const bool looks_;  // whether waiting callers look at their calls
};

}  // namespace inferpool::pool::calls
