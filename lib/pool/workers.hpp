// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <inferpool/detail/backend.hpp>

#include "core/clock.hpp"
#include "ipc/fork_guard.hpp"
#include "pool/calls/blocking_calls.hpp"
#include "pool/calls/completion.hpp"
#include "pool/calls/ring_protocol.hpp"
#include "pool/dispatch/locked_dispatch.hpp"
#include "pool/fleet/status.hpp"
#include "pool/reports/events.hpp"
#include "pool/supervisor.hpp"

namespace inferpool::pool {

// A pool with worker processes. Thread-safety: as Backend says.
class Workers final : public detail::Backend {
 public:
  // `settings` must be resolved. Throws Error (startup_failed), and std::runtime_error, which names
  // what the system refused.
  Workers(Settings settings, const detail::ModelTraits& traits);
  ~Workers() override;

  // Starts the workers and, unless start_in_background, waits for them.
  void start() override;

  void infer(detail::Job& job, const InferOptions& options) override;
  void infer_stream(detail::StreamJob& job, const InferOptions& options) override;
  void submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept override;

  void close() noexcept override;
  bool wait_ready(core::TimePoint deadline) override;
  [[nodiscard]] Stats stats() const override;
  [[nodiscard]] Health health() const override;
  [[nodiscard]] bool in_child() const noexcept override { return guard_.in_child(); }

 private:
  static std::shared_ptr<const processes::PoolConfiguration> make_configuration(
      const Settings& settings, const detail::ModelTraits& traits);
  [[nodiscard]] detail::StorageRef allocate(std::size_t size) override;
  void refuse_child() const;

  ipc::ForkGuard guard_;
  std::shared_ptr<const processes::PoolConfiguration> configuration_;
  const std::shared_ptr<reports::Events> events_;  // outlives the pool if a handler destroys it
  dispatch::LockedDispatch dispatch_;
  fleet::Status status_;
  std::mutex close_mutex_;
  Supervisor supervisor_;
  calls::RingProtocol protocol_;
  calls::BlockingCalls blocking_;
  calls::Completion completion_;
};

}  // namespace inferpool::pool
