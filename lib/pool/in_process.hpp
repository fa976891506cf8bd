// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>

#include <inferpool/detail/backend.hpp>

#include "core/clock.hpp"
#include "pool/dispatch/call_counts.hpp"
#include "pool/dispatch/turns.hpp"
#include "pool/reports/events.hpp"

namespace inferpool::pool {

// A pool with workers = 0: the model runs in the calling threads, in turns, under the same limits
// as in a worker. It cannot stop a run: if a deadline passes meanwhile, the call fails when the
// model returns. Thread-safety: as Backend says.
class InProcess final : public detail::Backend {
 public:
  // `settings` must be resolved.
  InProcess(Settings settings, const detail::ModelTraits& traits);
  ~InProcess() override;

  void start() override;
  void infer(detail::Job& job, const InferOptions& options) override;
  void infer_stream(detail::StreamJob& job, const InferOptions& options) override;
  void submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept override;
  void close() noexcept override;
  bool wait_ready(core::TimePoint deadline) override;
  [[nodiscard]] Stats stats() const override;
  [[nodiscard]] Health health() const override;
  [[nodiscard]] bool in_child() const noexcept override { return false; }

 private:
  [[nodiscard]] detail::StorageRef allocate(std::size_t size) override;
  // Runs the call, and marks when it got its turn.
  void run(std::uint64_t id, detail::Job& job, const InferOptions& options,
           dispatch::CallTicks& marks);
  std::size_t ask_model(std::uint64_t id, detail::Job& job, Context& context);
  // Calls change(CallCounts&) under the lock.
  template <typename Change>
  auto count(const Change& change) {
    const std::lock_guard lock(counts_mutex_);
    return change(counts_);
  }
  [[nodiscard]] std::size_t max_payload() const noexcept {
    return static_cast<std::size_t>(*settings().max_payload);
  }

  decltype(detail::ModelTraits::load) const load_;
  std::unique_ptr<detail::LoadedModel> model_;
  const std::shared_ptr<reports::Events> events_;  // outlives the pool if a handler destroys it
  dispatch::Turns turns_;
  mutable std::mutex counts_mutex_;
  dispatch::CallCounts counts_;  // guarded by counts_mutex_
};

}  // namespace inferpool::pool
