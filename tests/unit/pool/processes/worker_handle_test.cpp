// SPDX-License-Identifier: Apache-2.0
#include "pool/processes/worker_handle.hpp"

#include <signal.h>
#include <sys/wait.h>

#include <array>
#include <optional>
#include <string>

#include "catch.hpp"
#include "integration/eventually.hpp"
#include "integration/processes.hpp"
#include "ipc/reply_arena.hpp"
#include "pool/dispatch/call.hpp"
#include "unit/pool/processes/idle_worker.hpp"

namespace inferpool::pool::processes {
namespace {

using test::contains;
using test::eventually;
using test::IdleWorker;
using test::ScriptedWorkers;

// How a worker ended; it must end in time.
reports::WorkerEnd end_of(WorkerHandle& worker) {
  std::optional<reports::WorkerEnd> end;
  REQUIRE(eventually([&] { return (end = worker.end()).has_value(); }));
  return *std::move(end);
}

TEST_CASE("a process that ends before its first message is reported with its exit status") {
  const ScriptedWorkers workers("#!/bin/sh\necho the last words >&2\nexit 3\n");
  WorkerHandle worker(workers.configuration(), 2, 7);
  const int pid = worker.pid();
  const reports::WorkerEnd end = end_of(worker);
  CHECK(end.index == 2);
  CHECK(end.generation == 7);
  CHECK(end.pid == pid);
  CHECK(end.status.code == 3);
  CHECK_FALSE(end.was_ready);
  CHECK(end.reason.empty());
  CHECK_THAT(end.stderr_tail, contains("the last words"));
  CHECK_FALSE(test::process_state(pid));
}

TEST_CASE("a killed worker has no room for calls and is reported with the first reason") {
  const IdleWorker idle;
  WorkerHandle& worker = *idle.handle();
  CHECK(worker.has_room());
  CHECK_FALSE(worker.killed());
  worker.kill("the first reason");
  worker.kill("another one");
  CHECK(worker.killed());
  CHECK_FALSE(worker.has_room());
  const reports::WorkerEnd end = end_of(worker);
  CHECK(end.status.signal == SIGKILL);
  CHECK(end.reason == "the first reason");
  CHECK_FALSE(end.hung);
}

TEST_CASE("a worker that is asked for its stack is reported as hung unless it was killed before") {
  const IdleWorker idle;
  WorkerHandle& worker = *idle.handle();
  const bool killed = GENERATE(false, true);
  if (killed) worker.kill("it broke the protocol");
  worker.abort("a run took too long");
  CHECK_FALSE(worker.has_room());
  const reports::WorkerEnd end = end_of(worker);
  CHECK(end.hung == !killed);
  CHECK(end.reason == (killed ? "it broke the protocol" : "a run took too long"));
}

TEST_CASE("a program that cannot be run fails the start with its path and the cause") {
  const ScriptedWorkers workers("#!/there/is/no/such/interpreter\n");
  WorkerHandle worker(workers.configuration(), 0, 1);
  REQUIRE(eventually([&] { return worker.advance(), worker.killed(); }));
  const reports::WorkerEnd end = end_of(worker);
  CHECK_THAT(end.start_failure, contains(workers.path() + " cannot be run: No such file"));
}

TEST_CASE("a worker that an earlier failure ended keeps the text of that failure") {
  const ScriptedWorkers workers("#!/there/is/no/such/interpreter\n");
  WorkerHandle worker(workers.configuration(), 0, 1);
  REQUIRE(eventually([&] { return worker.advance(), worker.killed(); }));
  worker.kill("later");
  CHECK_THAT(end_of(worker).reason, contains("cannot be run"));
}

TEST_CASE("a call that is posted to a worker is in its ring and its answer is seen") {
  IdleWorker idle;
  WorkerHandle& worker = *idle.handle();
  dispatch::Call call;
  call.id = 40;
  ipc::WakeList wakes;
  const std::uint32_t sequence = worker.post(call, wakes);
  CHECK_FALSE(worker.answered(sequence));
  const auto taken = idle.ring().take();
  REQUIRE(taken == sequence);
  CHECK(idle.ring().slot(*taken).call_id == 40);
  CHECK_FALSE(worker.recall(sequence));
  idle.ring().publish(*taken, {});
  CHECK(worker.answered(sequence));
  CHECK_FALSE(worker.holds_memory(sequence));
  worker.finish(sequence);
}

TEST_CASE("a worker is told of a deadline in nanoseconds of the monotonic clock and 0 is none") {
  IdleWorker idle;
  ipc::WakeList wakes;
  dispatch::Call call;
  call.id = 1;
  call.deadline = GENERATE(core::Deadline(), core::TimePoint(std::chrono::seconds(12)));
  idle.handle()->post(call, wakes);
  const auto taken = idle.ring().take();
  CHECK(idle.ring().slot(*taken).deadline == (call.deadline ? 12'000'000'000 : 0));
}

TEST_CASE("a discarded answer gives its memory back to the worker") {
  IdleWorker idle;
  WorkerHandle& worker = *idle.handle();
  ipc::ReplyArena arena(worker.memory()->reply_file(), idle.control());
  ipc::WakeList wakes;
  dispatch::Call call;
  const std::uint32_t sequence = worker.post(call, wakes);
  const auto taken = idle.ring().take();
  ipc::BlockList blocks;
  blocks.push_back(arena.allocate(512 * 1024));
  const auto ticket = arena.hold(std::move(blocks));
  idle.ring().publish(*taken, {.ticket = ticket.index, .generation = ticket.generation});
  CHECK(worker.holds_memory(sequence));
  CHECK_THROWS_AS(arena.allocate(768 * 1024), Error);
  worker.discard(sequence);
  CHECK_NOTHROW(arena.allocate(768 * 1024));
}

TEST_CASE("a worker that is given up is left alone and its report says why") {
  int pid = 0;
  {
    const IdleWorker idle;
    pid = idle.handle()->pid();
    // It has begun, so it needs nothing more of what ends here.
    const std::string name = "/proc/" + std::to_string(pid) + "/comm";
    REQUIRE(eventually([&] { return test::read_file(name) == "sleep\n"; }));
    const reports::WorkerEnd end = idle.handle()->give_up(reports::Lost::kUnkillable);
    CHECK(end.lost == reports::Lost::kUnkillable);
    CHECK(end.pid == pid);
    CHECK_FALSE(end.status.signal);
  }
  CHECK(test::running(pid));
  ::kill(pid, SIGKILL);
  CHECK(::waitpid(pid, nullptr, 0) == pid);
}

TEST_CASE("no process is left of a worker that was never given to a pool") {
  int pid = 0;
  {
    const IdleWorker idle;
    pid = idle.handle()->pid();
    CHECK(test::running(pid));
  }
  CHECK_FALSE(test::process_state(pid));
}

}  // namespace
}  // namespace inferpool::pool::processes
