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
#include "pool/locked_dispatch.hpp"
#include "pool/placement.hpp"
#include "pool/poison_memory.hpp"
#include "pool/worker_handle.hpp"

namespace inferpool::pool {

class Supervisor;

// What whoever waits for a call does with it, whether it blocks or polls. Thread-safety: safe from
// many threads, one for each call.
class Exchange {
 public:
  // All outlive the exchange.
  Exchange(std::shared_ptr<const Origin> origin, LockedDispatch& dispatch,
           const Supervisor& supervisor) noexcept
      : origin_(std::move(origin)),
        dispatch_(dispatch),
        supervisor_(supervisor),
        poison_(origin_->settings.poison_memory) {}

  // Encodes the request into memory that only the host writes. Throws Error.
  void prepare(Call& call, const detail::Job& job, const InferOptions& options);
  // A call that is refused before it is prepared counts, too.
  void count_refusal() noexcept;
  // Throws Error (stopped, unavailable, queue_full, poisoned_request).
  Placement admit(Call& call);
  [[nodiscard]] Placement look(const Call& call) const;
  // Ends the call with deadline_exceeded or cancelled, unless it has ended.
  void give_up(Call& call, ErrorCode code) noexcept;
  // Whoever waited for the call leaves, maybe without its end (for want of memory): nothing knows
  // it any more.
  void forget(Call& call) noexcept;
  // As forget, of a caller that has got all the parts that it wanted: a success.
  void end_early(Call& call) noexcept;
  // Of a call that looks answered: reads the reply with distrust. Throws Error (the model's,
  // worker_lost for garbage, out_of_memory for the host's own, model_failed for what else the job
  // throws). False: the reply was forged, the call is elsewhere by now; look again. An answer that
  // was its parts has nothing to decode.
  bool collect(Call& call, const Placement& placement, detail::Job& job);
  // The same for a part of the answer, which does not end the call, unless it throws worker_lost.
  bool collect_part(Call& call, const Placement& placement, detail::Job& job);
  // Of a call of which its waiter has found nothing: ends the worker where the reply word holds
  // what cannot be; ends the call where its worker is dead, and what stood there is gone.
  void check(Call& call, const Placement& placement) noexcept;

  // Of a call that is done, before its caller is told: an input that was running when its worker
  // ended is remembered.
  void remember_deaths(Call& call) noexcept {
    if (call.blamed > 0) remember(call);
  }

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
  void remember(Call& call) noexcept;
  [[noreturn]] static void throw_violation(Call& call, const WorkerEnd& end);
  static WorkerEnd violation(WorkerHandle& worker, std::string_view what) noexcept;

  std::shared_ptr<const Origin> origin_;
  LockedDispatch& dispatch_;
  const Supervisor& supervisor_;
  PoisonMemory poison_;
  std::atomic<std::uint64_t> next_id_{1};
};

}  // namespace inferpool::pool
