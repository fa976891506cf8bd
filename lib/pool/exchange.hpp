// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <inferpool/detail/job.hpp>
#include <inferpool/error.hpp>
#include <inferpool/options.hpp>

#include "ipc/request_region.hpp"
#include "pool/call.hpp"
#include "pool/call_protocol.hpp"
#include "pool/event_fd.hpp"
#include "pool/locked_dispatch.hpp"
#include "pool/placement.hpp"
#include "pool/poison_memory.hpp"
#include "pool/worker_handle.hpp"

namespace inferpool::pool {

// The call protocol over the shared memory of workers. Thread-safety: safe from many threads, one
// for each call.
class Exchange final : public CallProtocol {
 public:
  // `watcher`: wakes the thread that watches the workers, which then looks at the clock again. All
  // outlive the exchange.
  Exchange(std::shared_ptr<const Origin> origin, LockedDispatch& dispatch,
           const EventFd& watcher) noexcept
      : origin_(std::move(origin)),
        dispatch_(dispatch),
        watcher_(watcher),
        poison_(origin_->settings.poison_memory) {}

  void prepare(Call& call, const detail::Job& job, const InferOptions& options) override;
  void count_refusal() noexcept override;
  Placement admit(Call& call) override;
  [[nodiscard]] Placement look(const Call& call) const override;
  void check(Call& call, Placement& placement) noexcept override;
  bool collect(Call& call, const Placement& placement, detail::Job& job) override;
  bool collect_part(Call& call, const Placement& placement, detail::Job& job) override;
  void give_up(Call& call, ErrorCode code) noexcept override;
  void forget(Call& call) noexcept override;
  void end_early(Call& call) noexcept override;

 private:
  // True where bytes were copied into blocks.
  bool encode(Call& call, const detail::Job& job, std::string_view traceparent);
  void decode(Decoder& decoder, detail::Job& job);
  // Whether the call was there to be changed: change(Dispatch&, ipc::WakeList&).
  template <typename Change>
  bool update_if_stands(const Call& call, const Placement& placement, const Change& change);
  [[nodiscard]] ipc::ReplyBlocks blocks_of(const Placement& placement,
                                           const ipc::ReplyHead& head) const;
  void check_dead(Call& call, const Placement& placement) noexcept;
  [[nodiscard]] std::optional<Error> poisoned(const Call& call);
  void remember(Call& call) noexcept override;
  [[noreturn]] static void throw_violation(Call& call, const WorkerEnd& end);
  WorkerEnd violation(WorkerHandle& worker, std::string_view what) const noexcept;

  std::shared_ptr<const Origin> origin_;
  LockedDispatch& dispatch_;
  const EventFd& watcher_;
  PoisonMemory poison_;
  std::atomic<std::uint64_t> next_id_{1};
};

}  // namespace inferpool::pool
