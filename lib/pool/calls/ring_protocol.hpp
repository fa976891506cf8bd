// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>
#include <inferpool/options.hpp>

#include "core/event_fd.hpp"
#include "ipc/reply_blocks.hpp"
#include "ipc/request_region.hpp"
#include "pool/calls/call_protocol.hpp"
#include "pool/calls/call_snapshot.hpp"
#include "pool/calls/poison_memory.hpp"
#include "pool/dispatch/call.hpp"
#include "pool/dispatch/locked_dispatch.hpp"
#include "pool/processes/worker_handle.hpp"

namespace inferpool::pool::calls {

// The call protocol over the shared memory of workers. Thread-safety: safe from many threads, one
// per call.
class RingProtocol final : public CallProtocol {
 public:
  // `watcher` wakes the thread that watches the workers, which then looks at the clock again. All
  // must outlive the protocol.
  RingProtocol(std::shared_ptr<const processes::PoolConfiguration> configuration,
               dispatch::LockedDispatch& dispatch, const core::EventFd& watcher) noexcept
      : configuration_(std::move(configuration)),
        dispatch_(dispatch),
        watcher_(watcher),
        poison_(configuration_->settings.poison_memory) {}

  void prepare(dispatch::Call& call, const detail::Job& job, const InferOptions& options) override;
  void count_refusal() noexcept override;
  CallSnapshot admit(dispatch::Call& call) override;
  [[nodiscard]] CallSnapshot look(const dispatch::Call& call) const override;
  void check(dispatch::Call& call, CallSnapshot& snapshot) noexcept override;
  bool collect(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) override;
  bool collect_part(dispatch::Call& call, const CallSnapshot& snapshot, detail::Job& job) override;
  void give_up(dispatch::Call& call, ErrorCode code) noexcept override;
  void forget(dispatch::Call& call) noexcept override;
  void end_early(dispatch::Call& call) noexcept override;

 private:
  // True if bytes were copied into blocks.
  bool encode(dispatch::Call& call, const detail::Job& job, std::string_view traceparent);
  void decode(Decoder& decoder, detail::Job& job);
  // Calls change(Dispatch&, ipc::WakeList&) if the call is still where the snapshot has it. True:
  // it was.
  template <typename Change>
  bool update_if_current(const dispatch::Call& call, const CallSnapshot& snapshot,
                         const Change& change);
  // Gives the worker back once its reply was read. False: the call is not there any more.
  bool collected(dispatch::Call& call, const CallSnapshot& snapshot, const ipc::ReplyHead& head,
                 bool succeeded);
  [[nodiscard]] ipc::ReplyBlocks blocks_of(const CallSnapshot& snapshot,
                                           const ipc::ReplyHead& head) const;
  void check_dead(dispatch::Call& call, const CallSnapshot& snapshot) noexcept;
  [[nodiscard]] std::optional<Error> poisoned(const dispatch::Call& call);
  void remember(dispatch::Call& call) noexcept override;
  [[noreturn]] static void throw_violation(dispatch::Call& call, const reports::WorkerEnd& end);
  reports::WorkerEnd violation(processes::WorkerHandle& worker,
                               std::string_view what) const noexcept;

  std::shared_ptr<const processes::PoolConfiguration> configuration_;
  dispatch::LockedDispatch& dispatch_;
  const core::EventFd& watcher_;
  PoisonMemory poison_;
  std::atomic<std::uint64_t> next_id_{1};
};

template <typename Change>
bool RingProtocol::update_if_current(const dispatch::Call& call, const CallSnapshot& snapshot,
                                     const Change& change) {
  return dispatch_.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
    const bool there = snapshot.holds(call);
    if (there) change(d, wakes);
    return there;
  });
}

}  // namespace inferpool::pool::calls
