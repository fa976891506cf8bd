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

// Waits for the calls that no caller waits for: polls, sleeps, keeps their deadlines, and tells
// their jobs. One thread, started by the first such call. Thread-safety: safe from many
// threads, but for stop().
class Completion {
 public:
  // The protocol outlives the completion. `spin`, `processors`: as for SpinBudget.
  Completion(CallProtocol& protocol, std::shared_ptr<reports::Events> events, Duration spin,
             int processors) noexcept;
  ~Completion();
  Completion(const Completion&) = delete;
  Completion& operator=(const Completion&) = delete;

  // Once the call is handed over its job may be told, and destroy this, at any moment.
  void submit(std::unique_ptr<detail::AsyncJob> job, const InferOptions& options) noexcept;

  // Returns once every call has been told: somebody must end those under way. On the thread that
  // completes, from within a job that is told, it tells all others before it returns; then this
  // must be destroyed before the job's function returns.
  void stop() noexcept;

  // Whether this is the thread that completes: a job is being told.
  [[nodiscard]] bool on_this_thread() const noexcept;

 private:
  struct Pending;

  void enter();
  void leave(std::list<Pending>& pending) noexcept;
  void run() noexcept;
  bool turn(const bool& gone) noexcept;
  bool tell_ended(const bool& gone) noexcept;
  void tell_again() noexcept;
  void notify() noexcept;
  bool take_new() noexcept;
  bool advance(Pending& pending, core::TimePoint now) noexcept;
  bool oversubscribed() const noexcept;  // when the newest call was looked at

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
  // The thread's own:
  std::list<Pending> active_;
  std::list<Pending> ended_;   // not told yet
  std::list<Pending> untold_;  // of these, to be told again
  CallWait wait_{spin_, group_, CallWait::First::kWaiter};
  bool* gone_ = nullptr;  // set once a job that was told has stopped this
};

}  // namespace inferpool::pool::calls
