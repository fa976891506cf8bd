// SPDX-License-Identifier: Apache-2.0
// What a call costs the host from its admission to its collection, including the worker's ring.
// Built and bounded as in ring_cost_test.cpp.
#include "catch.hpp"
#include "unit/ipc/stated_cost.hpp"

#if defined(INFERPOOL_NO_STEPS)

TEST_CASE("a call takes no more instructions of the host than it did") {
  CHECK(inferpool::test::skipped_without_steps());
}

#else

#include <array>
#include <memory>
#include <semaphore>
#include <thread>

#include "pool/dispatch/locked_dispatch.hpp"
#include "unit/ipc/channel_ends.hpp"

namespace inferpool::pool::dispatch {
namespace {

using test::check;
using test::Cost;
using test::cost_of;

// As in ring_cost_test.cpp: locked ones are exact.
// The pool's lock twice, the posted word. Some 70 of them choose the worker and tell threads how to
// wait.
constexpr Cost kAdmit{.instructions = 600, .locked = 3};
// The pool's lock twice.
constexpr Cost kCollected{.instructions = 285, .locked = 2};

// A worker's ring over plain memory, used as WorkerHandle does.
class RingChannel final : public Channel {
 public:
  bool has_room() const noexcept override { return ends_.host.has_room(); }
  std::uint32_t post(const Call& call, ipc::WakeList& wakes) override {
    return ends_.host.post({.call_id = call.id, .frame = call.frame.bytes()}, wakes);
  }
  bool recall(std::uint32_t sequence) noexcept override { return ends_.host.recall(sequence); }
  bool answered(std::uint32_t sequence) const noexcept override {
    return ends_.host.answered(sequence);
  }
  bool part_available(std::uint32_t sequence) const noexcept override {
    return ends_.host.part_available(sequence);
  }
  void take_part(std::uint32_t sequence, ipc::WakeList& wakes) noexcept override {
    ends_.host.take_part(sequence, wakes);
  }
  void cancel(std::uint32_t sequence, ipc::WakeList& wakes) noexcept override {
    ends_.host.cancel(sequence, wakes);
  }
  void finish(std::uint32_t sequence) noexcept override { ends_.host.finish(sequence); }
  void discard(std::uint32_t sequence) noexcept override { finish(sequence); }
  void abort(const std::string& /*reason*/) noexcept override {}
  void kill(const std::string& /*reason*/) noexcept override {}

  void serve() { test::serve_one(ends_.worker); }

 private:
  test::ChannelEnds ends_;
};

// In a process with one thread, locks take no locked instruction; a pool has more threads.
class SecondThread {
 public:
  ~SecondThread() { end_.release(); }

 private:
  std::binary_semaphore end_{0};
  std::jthread thread_{[this] { end_.acquire(); }};
};

// One call after the other through a pool of one worker.
class Host {
 public:
  Host() {
    dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { d.worker_ready(0, worker_, wakes); });
  }

  struct Costs {
    Cost admit;
    Cost collected;
  };
  Costs call() {
    Call call;
    Waiter waiter;
    call.waiter = &waiter;
    call.id = ++last_id_;
    const std::array<std::byte, 24> frame{};
    call.frame.append(frame.data(), frame.size());
    Costs costs;
    costs.admit = cost_of([&] {
      dispatch_.update(
          [&](Dispatch& d, ipc::WakeList& wakes) { refused_ = d.admit(call, wakes).has_value(); });
    });
    worker_->serve();
    REQUIRE_FALSE(refused_);
    REQUIRE(worker_->answered(call.sequence));
    costs.collected = cost_of([&] {
      dispatch_.update([&](Dispatch& d, ipc::WakeList& wakes) { d.collected(call, true, wakes); });
    });
    REQUIRE(call.state == CallState::kDone);
    return costs;
  }

 private:
  SecondThread other_;
  std::shared_ptr<RingChannel> worker_ = std::make_shared<RingChannel>();
  LockedDispatch dispatch_{{.workers = 1}};
  std::uint64_t last_id_ = 0;
  bool refused_ = true;
};

TEST_CASE("a call takes no more instructions of the host than it did") {
  if (test::skipped_without_steps()) return;
  Host host;
  host.call();  // binds each function
  const Host::Costs costs = host.call();
  check("admit", costs.admit, kAdmit);
  check("collected", costs.collected, kCollected);
}

}  // namespace
}  // namespace inferpool::pool::dispatch

#endif
