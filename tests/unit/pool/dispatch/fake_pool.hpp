// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_channel.hpp"

namespace inferpool::pool::dispatch {

using namespace std::chrono_literals;

using Calls = std::vector<Call*>;

// A dispatch whose callers, workers and clock the test plays.
class FakePool {
 public:
  struct Caller {
    Call call = {};
    Waiter waiter = {};
  };

  explicit FakePool(DispatchLimits limits = {}) : limits_(with_times(limits)), dispatch(limits_) {
    for (int i = 0; i < limits_.workers; ++i) start_worker(i);
  }
  ~FakePool() {
    for (const auto& worker : ever_) CHECK(worker->mistakes() == std::vector<std::string>{});
  }
  FakePool(const FakePool&) = delete;
  FakePool& operator=(const FakePool&) = delete;

  // --- callers ---

  Call& make_call(Retry retry = Retry::kIfNotStarted) {
    Caller& caller = *callers_.emplace_back(std::make_unique<Caller>());
    caller.call.id = callers_.size();
    caller.call.retry = retry;
    caller.call.waiter = &caller.waiter;
    return caller.call;
  }
  Call& admit(Retry retry = Retry::kIfNotStarted) {
    Call& call = make_call(retry);
    REQUIRE_FALSE(dispatch.admit(call, wakes));
    return call;
  }
  Calls admit_many(int count) {
    Calls calls;
    while (count-- > 0) calls.push_back(&admit());
    return calls;
  }
  Error refused() {
    const std::optional<Error> refusal = dispatch.admit(make_call(), wakes);
    REQUIRE(refusal);
    return *refusal;
  }
  bool time_out(Call& call) {
    return dispatch.give_up(call, ErrorCode::kDeadlineExceeded, now, wakes);
  }
  bool cancel(Call& call) { return dispatch.give_up(call, ErrorCode::kCancelled, now, wakes); }
  void collect(Call& call, bool succeeded = true) {
    REQUIRE(answered(call));
    dispatch.collected(call, succeeded, wakes);
    REQUIRE(call.state == CallState::kDone);
    REQUIRE_FALSE(call.error);
  }

  // --- workers ---

  FakeChannel& start_worker(int index) {
    auto worker = std::make_shared<FakeChannel>();
    ever_.push_back(worker);
    workers_.resize(static_cast<std::size_t>(limits_.workers));
    workers_[static_cast<std::size_t>(index)] = worker;
    dispatch.worker_ready(index, worker, wakes);
    return *worker;
  }
  FakeChannel& worker(int index) { return *workers_.at(static_cast<std::size_t>(index)); }
  reports::WorkerEnd end_of(int index, process::ExitStatus status = {.signal = 9}) {
    return {.index = index,
            .generation = 1,
            .pid = 100 + index,
            .status = status,
            .reason = worker(index).killed(),
            .stderr_tail = "last words"};
  }
  void end_worker(int index, process::ExitStatus status = {.signal = 9}) {
    dispatch.worker_ended(end_of(index, status), wakes);
  }
  // A successor is ready, and the worker of this index retires.
  FakeChannel& replace_worker(int index) {
    auto& place = workers_.at(static_cast<std::size_t>(index));
    retiring_ = std::exchange(place, std::make_shared<FakeChannel>());
    retiring_index_ = index;
    ever_.push_back(place);
    dispatch.worker_replaced(index, place, wakes);
    return *place;
  }
  FakeChannel& retiring() { return *retiring_; }
  void end_retiring(process::ExitStatus status = {.signal = 9}) {
    dispatch.retiring_ended(
        {.index = retiring_index_, .pid = 100, .status = status, .reason = retiring_->killed()},
        wakes);
  }
  // The call's worker takes its next request, which must be this call's.
  void begin(const Call& call) {
    REQUIRE(call.state == CallState::kPosted);
    REQUIRE(channel_of(call).begin() == call.sequence);
  }
  void answer(const Call& call) { channel_of(call).answer(call.sequence); }
  void run(const Call& call) {
    begin(call);
    answer(call);
  }
  void serve(Call& call) {
    run(call);
    collect(call);
  }

  // --- what a test looks at ---

  static FakeChannel& channel_of(const Call& call) {
    return dynamic_cast<FakeChannel&>(*call.channel);
  }
  static bool answered(const Call& call) {
    return call.state == CallState::kPosted && call.channel->answered(call.sequence);
  }
  static bool queued(const Call& call) { return call.state == CallState::kQueued; }
  // The index of the worker that the call is posted to, or -1. The retiring worker's index is the
  // number of workers.
  static int worker_of(const Call& call) {
    return call.state == CallState::kPosted ? call.worker : -1;
  }
  static std::optional<ErrorCode> code(const Call& call) {
    return call.error ? std::optional(call.error->code()) : std::nullopt;
  }
  // The last worker is the retiring one.
  Stats stats() const {
    Stats stats;
    stats.workers.resize(static_cast<std::size_t>(limits_.workers) + 1);
    dispatch.count(stats);
    return stats;
  }
  core::Deadline sweep() { return dispatch.sweep(now, wakes); }

 private:
  static DispatchLimits with_times(DispatchLimits limits) {
    if (limits.cancel_grace == 0ns) limits.cancel_grace = 5s;
    return limits;
  }

  DispatchLimits limits_;
  std::vector<std::unique_ptr<Caller>> callers_;
  std::vector<std::shared_ptr<FakeChannel>> workers_;
  std::vector<std::shared_ptr<FakeChannel>> ever_;
  std::shared_ptr<FakeChannel> retiring_;
  int retiring_index_ = -1;

 public:
  Dispatch dispatch;
  ipc::WakeList wakes;
  core::TimePoint now = core::TimePoint(1h);
};

}  // namespace inferpool::pool::dispatch
