// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include <inferpool/detail/job.hpp>

#include "ipc/spin.hpp"
#include "pool/calls/call_protocol.hpp"
#include "pool/calls/call_wait.hpp"
#include "pool/reports/events.hpp"

namespace inferpool::pool::calls {

// Waits for the calls that no caller's thread waits for: polls, sleeps, keeps their deadlines, and
// tells their jobs. It has one thread, which the first such call starts. Thread-safety: safe from
// many threads, except stop().
class Completion {
 public:
  // The protocol must outlive the completion. `spin`, `processors`: as for SpinBudget.
  Completion(CallProtocol& protocol, std::shared_ptr<reports::Events> events, Duration spin,
             int processors) noexcept;
  ~Completion();
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  // As soon as the call is handed over, its job may be told, and may destroy this object.
  void submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept;

  // Returns when every job has been told; other code must end the calls under way. If a job calls
  // it while it is told, on the completing thread, then all other jobs are told before it returns,
  // and this object must be destroyed before the job's function returns.
  void stop() noexcept;

  // Whether the calling thread is the completing one, which is telling a job then.
  [[nodiscard]] bool on_this_thread() const noexcept;

 private:
  struct Pending;

  void enter();
  void leave(std::list<Pending>& pending) noexcept;
  void run() noexcept;
  bool turn(const bool& gone) noexcept;
  bool tell_ended(const bool& gone) noexcept;
  void requeue_untold() noexcept;
  void notify() noexcept;
  bool take_new() noexcept;
  bool advance(Pending& pending, core::TimePoint now) noexcept;
  ipc::Rivals rivals() const noexcept;  // at the last look at the newest call

  CallProtocol& protocol_;
  std::shared_ptr<reports::Events> events_;
  ipc::SpinBudget spin_;
  dispatch::Waiter group_;
  std::mutex mutex_;
  std::list<Pending> arrived_;  // guarded by mutex_
  int entering_ = 0;            // submits that may still add to `arrived_`; guarded by mutex_
  bool stopping_ = false;       // guarded by mutex_
  bool stopped_ = false;        // the thread takes no more; guarded by mutex_
  std::thread thread_;          // guarded by mutex_ until stop()
  std::atomic<std::thread::id> id_{};
  // Only its thread uses these:
  std::list<Pending> active_;
  std::list<Pending> ended_;   // not told yet
  std::list<Pending> untold_;  // not told without memory; to be told again
  CallWait wait_{spin_, group_, CallWait::First::kWaiter};
  bool* gone_ = nullptr;  // set when a job that was told has stopped this object
};

}  // namespace inferpool::pool::calls
