// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/blocking_calls.hpp"

#include <span>

#include "pool/calls/call_wait.hpp"

namespace inferpool::pool::calls {
namespace {

using News = WaitedCall::News;

// Callers whose call is queued leave this many of the processors for spinning to the other callers.
constexpr int kLeftToServed = 1;

CallWait::Share share_of(const CallSnapshot& snapshot) noexcept {
  return {.reserve = snapshot.state == dispatch::CallState::kPosted ? 0 : kLeftToServed,
          .rivals = snapshot.rivals};
}

// Runs however the call ends.
struct RememberDeaths {
  CallProtocol& protocol;
  dispatch::Call& call;
  ~RememberDeaths() { protocol.remember_deaths(call); }
};

}  // namespace

void BlockingCalls::infer(detail::Job& job, const InferOptions& options) {
  WaitedCall call(protocol_, options.stop);
  ask(call, job, options, [&] { await_news(call, job); });
}

void BlockingCalls::infer_stream(detail::StreamJob& job, const InferOptions& options) {
  WaitedCall call(protocol_, options.stop);
  call.call.streams = true;
  ask(call, job, options, [&] {
    for (;;) {
      const News news = await_news(call, job);
      const bool more = job.take();
      if (news == News::kAnswer) return;
      if (!more) return protocol_.end_early(call.call);
      call.end_if_over();
    }
  });
}

template <typename Await>
void BlockingCalls::ask(WaitedCall& call, const detail::Job& job, const InferOptions& options,
                        const Await& await) {
  call.call.looked_after = looks_;
  protocol_.prepare(call.call, job, options);
  call.listen();
  call.update(protocol_.admit(call.call));
  const RememberDeaths at_end{protocol_, call.call};
  try {
    await();
  } catch (...) {
    protocol_.forget(call.call);
    throw;
  }
}

WaitedCall::News BlockingCalls::await_news(WaitedCall& call, detail::Job& job) {
  for (CallWait wait(spin_, call.waiter, CallWait::First::kReply);;) {
    const News news = call.take_news(job);
    if (news == News::kFailure) throw *call.call.error;
    if (news != News::kNone) return news;
    const bool looked_in_vain =
        !wait.wait(std::span(&call, 1), call.seen(), share_of(call.snapshot()));
    if (looked_in_vain && !call.has_news()) call.check(core::Clock::now(), wait.processor_free());
  }
}

}  // namespace inferpool::pool::calls
