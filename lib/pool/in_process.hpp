// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <thread>

#include <inferpool/detail/pool_core.hpp>

#include "core/clock.hpp"
#include "pool/events.hpp"
#include "pool/latency.hpp"

namespace inferpool::pool {

// A pool with workers = 0: the model runs in the calling threads, one at a time unless it is
// thread_safe, first come first served, under the same limits as elsewhere. What it cannot do is
// stop a run: a deadline that passes meanwhile is reported when the model returns. Thread-safety:
// safe from many threads.
class InProcess {
 public:
  InProcess(const Settings& settings, bool thread_safe)
      : settings_(settings),
        thread_safe_(thread_safe),
        events_(std::make_shared<Events>(settings)) {}

  // Runs run(context) when its turn comes. `payload` and `run` give the sizes of the request and of
  // the reply. Throws Error.
  void infer(detail::FunctionRef<std::size_t()> payload,
             detail::FunctionRef<std::size_t(Context&)> run, const InferOptions& options);

  // The model has loaded.
  void loaded() noexcept;
  void close() noexcept;
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] Health health() const;
  [[nodiscard]] const std::shared_ptr<Events>& events() const noexcept { return events_; }

 private:
  struct Turn {
    bool come = false;
    bool stopped = false;  // the pool closed, and drain_timeout passed; off the list
    std::condition_variable_any called;
  };
  // Whether it had to wait.
  bool enter(std::uint64_t id, const Deadline& deadline, const std::stop_token& stop);
  void leave() noexcept;
  // Marks its turn.
  void run_model(std::uint64_t id, const InferOptions& options,
                 detail::FunctionRef<std::size_t(Context&)> run, CallTicks& marks);
  static std::size_t measure(detail::FunctionRef<std::size_t()> payload, std::uint64_t id);
  [[nodiscard]] std::size_t max_payload() const noexcept {
    return static_cast<std::size_t>(*settings_.max_payload);
  }

  const Settings& settings_;
  const bool thread_safe_;
  const std::shared_ptr<Events> events_;  // outlive the pool where a handler destroys it
  mutable std::mutex mutex_;
  std::condition_variable idle_;
  std::list<Turn*> waiting_;
  int running_ = 0;
  std::thread::id runner_;  // of a model that is not thread_safe
  bool closed_ = false;
  std::uint64_t requests_ = 0, succeeded_ = 0, failed_ = 0;
  Latency latency_;
};

}  // namespace inferpool::pool
