// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <inferpool/detail/pool_core.hpp>

#include "core/clock.hpp"
#include "ipc/fork_guard.hpp"
#include "ipc/spin.hpp"
#include "pool/completion.hpp"
#include "pool/events.hpp"
#include "pool/exchange.hpp"
#include "pool/locked_dispatch.hpp"
#include "pool/status.hpp"
#include "pool/supervisor.hpp"

namespace inferpool::pool {

// A pool with worker processes: PoolCore for workers > 0. Thread-safety: safe from many threads.
class Workers {
 public:
  // Starts nothing yet. Throws Error (startup_failed), and std::runtime_error naming what the
  // system refused. `settings` are resolved.
  Workers(const Settings& settings, const detail::PoolCore::Traits& traits);
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  // As close(); on the thread that completes, from within a receiver, too.
  ~Workers();

  // Once, before all else but what events may ask: starts the workers and, unless
  // start_in_background, waits for them. Throws as the constructor; then it is closed.
  void start();

  void infer(detail::FunctionRef<void(Encoder&)> encode, detail::FunctionRef<void(Decoder&)> decode,
             const InferOptions& options);
  void infer_stream(detail::FunctionRef<void(Encoder&)> encode,
                    const detail::PoolCore::PartTaker& taker, const InferOptions& options);
  void submit(detail::FunctionRef<void(Encoder&)> encode,
              std::unique_ptr<detail::Receiver> receiver, const InferOptions& options) noexcept;
  [[nodiscard]] detail::StorageRef loan(std::size_t size);

  void close() noexcept;
  bool wait_ready(TimePoint deadline);
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] Health health() const;
  // True in a fork of the host without exec: there, nothing of the pool may be touched, not even
  // its destructor.
  [[nodiscard]] bool in_child() const noexcept { return guard_.in_child(); }

 private:
  static std::shared_ptr<const Origin> make_origin(const Settings& settings,
                                                   const detail::PoolCore::Traits& traits);
  void refuse_child() const;
  void wait_and_collect(Call& call, Placement& placement,
                        detail::FunctionRef<void(Decoder&)> decode, const std::stop_token& stop);
  void wait_and_take(Call& call, Placement& placement, const detail::PoolCore::PartTaker& taker,
                     const std::stop_token& stop);
  // True: its time is over, or it was asked to stop.
  bool give_up_if_due(Call& call, const std::stop_token& stop);
  void await(Call& call, Placement& placement, const std::stop_token& stop);
  // True: it was woken.
  bool sleep(const Call& call, const Placement& placement, std::uint32_t seen);

  ipc::ForkGuard guard_;
  std::shared_ptr<const Origin> origin_;
  const std::shared_ptr<Events> events_;  // outlive the pool where a receiver destroys it
  LockedDispatch dispatch_;
  Status status_;
  ipc::SpinBudget spin_;
  std::mutex close_mutex_;
  std::unique_ptr<Supervisor> supervisor_;
  std::unique_ptr<Exchange> exchange_;
  std::unique_ptr<Completion> completion_;
};

}  // namespace inferpool::pool
