// SPDX-License-Identifier: Apache-2.0
// Which worker gets a call where runs are shorter than a wake-up.
#include <chrono>

#include "catch.hpp"
#include "pool/dispatch/dispatch.hpp"
#include "unit/pool/dispatch/fake_pool.hpp"

namespace inferpool::pool::dispatch {
namespace {

// A pool whose runs took this long lately. Its processors are enough for all threads.
struct QuickPool : FakePool {
  explicit QuickPool(int workers, std::chrono::nanoseconds run = 500ns, int processors = 64)
      : FakePool{{.workers = workers, .processors = processors}} {
    dispatch.note_run(dispatch.counts().rate().to_ticks(run));
  }
  // A call whose caller looks at it while it waits.
  Call& ask() { return ask(begin_); }
  Call& ask(std::uint64_t admitted) {
    Call& call = make_call();
    call.looked_after = true;
    call.marks.admitted = admitted;
    REQUIRE_FALSE(dispatch.admit(call, wakes));
    return call;
  }
  // The caller has looked at its call for this time.
  void hand_over(Call& call, std::chrono::nanoseconds after, bool processor_free = false) {
    dispatch.hand_over(call, later(after), processor_free, wakes);
  }
  [[nodiscard]] std::uint64_t later(std::chrono::nanoseconds time) const {
    return begin_ + dispatch.counts().rate().to_ticks(time);
  }

 private:
  const std::uint64_t begin_ = core::ticks();
};

TEST_CASE("a call goes to a worker that is awake and busy rather than to one that sleeps") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  for (int i = 0; i < 10; ++i) CHECK(pool.ask().worker == 0);
  CHECK(pool.worker(1).woken() == 0);
}

TEST_CASE("a call goes to a worker that is awake and idle, if each thread has a processor") {
  QuickPool pool(2);
  CHECK(pool.ask().worker == 0);
  CHECK(pool.ask().worker == 1);
}

TEST_CASE("beside other waiting threads a call joins the busy worker, so that the others sleep") {
  QuickPool pool(2, 500ns, 2);
  for (int i = 0; i < 10; ++i) CHECK(pool.ask().worker == 0);
}

TEST_CASE("a sleeping worker is woken once as many calls lie ahead as fit into its wake-up") {
  QuickPool pool(2, 1200ns);
  pool.worker(1).sleep();
  for (int i = 0; i < 1 + 4; ++i) CHECK(pool.ask().worker == 0);  // one runs, four lie ahead
  CHECK(pool.ask().worker == 1);
  CHECK(pool.worker(1).woken() == 1);
}

TEST_CASE("a call does not join a worker whose run takes long already") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  pool.worker(0).begin();
  const Call& slow = pool.ask();
  pool.worker(0).begin();
  CHECK(slow.worker == 0);
  CHECK(pool.ask(pool.later(20us)).worker == 1);
}

TEST_CASE("a call that nobody looks after joins no busy worker while another is idle") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  CHECK(pool.admit().worker == 0);
  CHECK(pool.admit().worker == 1);
}

TEST_CASE("where a run takes longer than a wake-up a call joins no busy worker either") {
  QuickPool pool(2, 8us);
  pool.worker(1).sleep();
  CHECK(pool.ask().worker == 0);
  CHECK(pool.ask().worker == 1);
}

TEST_CASE("a call that waits behind a slow run is handed over to an idle worker") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  pool.ask();
  Call& behind = pool.ask();
  const std::uint32_t seen = behind.waiter->seen();
  pool.worker(0).begin();
  SECTION("once the run is slow") {
    pool.hand_over(behind, 20us);
    CHECK(behind.worker == 1);
    CHECK(behind.waiter->seen() != seen);
    CHECK(pool.worker(1).woken() == 1);
  }
  SECTION("at once, if a processor is free") {
    pool.hand_over(behind, 0ns, true);
    CHECK(behind.worker == 1);
  }
  SECTION("not before") {
    pool.hand_over(behind, 0ns);
    CHECK(behind.worker == 0);
  }
  SECTION("not if it was started") {
    pool.worker(0).begin();
    pool.hand_over(behind, 20us);
    CHECK(behind.worker == 0);
  }
}

TEST_CASE("calls leave a worker that is stopped between two runs") {
  QuickPool pool(3);
  for (int index : {1, 2}) pool.worker(index).sleep();
  pool.ask();
  Call& second = pool.ask();
  Call& third = pool.ask();
  pool.hand_over(second, 50us);  // the worker may have no processor just now
  CHECK(second.worker == 0);
  pool.hand_over(second, 1ms);
  pool.hand_over(third, 1ms);
  CHECK(second.worker == 1);
  CHECK(third.worker == 2);
  CHECK(pool.ask(pool.later(1ms)).worker == 1);  // joins a worker that runs
}

TEST_CASE("calls leave a stuck worker for a busy one, if none is idle") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  pool.ask();
  Call& behind = pool.ask();
  pool.admit();  // goes to the other worker
  pool.hand_over(behind, 1ms);
  CHECK(behind.worker == 1);
}

TEST_CASE("a call that lies ahead waits in the stage of the queue") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  CHECK(pool.ask().marks.turn != 0);
  CHECK(pool.ask().marks.turn == 0);
}

TEST_CASE("a call that may not run again joins no busy worker while another is idle") {
  QuickPool pool(2);
  pool.worker(1).sleep();
  pool.ask();
  Call& call = pool.make_call(Retry::kNever);
  call.looked_after = true;
  REQUIRE_FALSE(pool.dispatch.admit(call, pool.wakes));
  CHECK(call.worker == 1);
}

TEST_CASE("a call that nobody looks after leaves the ring it lies in once a worker is idle") {
  QuickPool pool(2);
  const Calls calls = pool.admit_many(3);
  CHECK(calls[2]->worker == 0);  // ahead
  pool.worker(0).begin();
  pool.run(*calls[1]);
  pool.collect(*calls[1]);
  CHECK(calls[2]->worker == 1);
}

TEST_CASE("calls that lie ahead count as waiting") {
  FakePool limited{{.workers = 1, .max_queue_size = 3}};
  limited.dispatch.note_run(0);
  const auto ask = [&]() -> std::optional<Error> {
    Call& call = limited.make_call();
    call.looked_after = true;
    call.marks.admitted = core::ticks();
    return limited.dispatch.admit(call, limited.wakes);
  };
  for (int i = 0; i < 1 + 3; ++i) REQUIRE_FALSE(ask());
  CHECK(limited.stats().queued == 3);
  const std::optional<Error> refused = ask();
  REQUIRE(refused);
  CHECK(refused->code() == ErrorCode::kQueueFull);
}

TEST_CASE("what else wants the processors depends on all waiting threads and on what runs take") {
  QuickPool quick(2, 500ns, 2);
  CHECK(quick.ask().rivals == ipc::Rivals::kNone);
  CHECK(quick.ask().rivals == ipc::Rivals::kQuick);
  QuickPool brief(2, 10us, 2);
  CHECK(brief.ask().rivals == ipc::Rivals::kNone);
  CHECK(brief.ask().rivals == ipc::Rivals::kShort);
  QuickPool slow(2, 1ms, 2);
  CHECK(slow.ask().rivals == ipc::Rivals::kNone);
  CHECK(slow.ask().rivals == ipc::Rivals::kLong);
}

}  // namespace
}  // namespace inferpool::pool::dispatch
