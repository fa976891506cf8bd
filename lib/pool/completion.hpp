// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include <inferpool/detail/pool_core.hpp>

#include "ipc/spin.hpp"
#include "pool/call.hpp"
#include "pool/events.hpp"
#include "pool/exchange.hpp"

namespace inferpool::pool {

// Waits for the calls that no caller waits for: polls, sleeps, keeps their deadlines, and tells
// their receivers. One thread, started by the first such call. Thread-safety: safe from many
// threads, but for stop().
class Completion {
 public:
  // Both outlive the completion. `spin`, `processors`: as for SpinBudget.
  Completion(Exchange& exchange, Events& events, Duration spin, int processors) noexcept;
  ~Completion();
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  void submit(detail::FunctionRef<void(Encoder&)> encode,
              std::unique_ptr<detail::Receiver> receiver, const InferOptions& options) noexcept;

  // Returns once every call has been told. Calls must have been ended before; not on the thread
  // that completes.
  void stop() noexcept;

  // Whether this is the thread that completes: a receiver is being told.
  [[nodiscard]] bool on_this_thread() const noexcept;

 private:
  struct Pending;
  struct Wake {
    Completion* completion;
    void operator()() const noexcept { completion->notify(); }
  };

  void enter();
  void leave(std::list<Pending>& pending) noexcept;
  void run();
  void notify() noexcept;
  bool take_new();
  bool advance(Pending& pending, TimePoint now);
  bool collect(Pending& pending);
  bool anything_new(std::uint32_t seen) const noexcept;
  bool crowded() const noexcept;  // when the newest call was looked at
  bool wait(std::uint32_t seen);  // true: it was woken

  Exchange& exchange_;
  Events& events_;
  ipc::SpinBudget spin_;
  Waiter group_;
  std::mutex mutex_;
  std::list<Pending> arrived_;  // guarded by mutex_
  int entering_ = 0;            // submits that may still add to `arrived_`; guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  bool stopped_ = false;        // the thread takes no more; guarded by mutex_
  std::thread thread_;          // guarded by mutex_ until stop()
  std::atomic<std::thread::id> id_{};
  std::list<Pending> active_;  // the thread's own
};

}  // namespace inferpool::pool
