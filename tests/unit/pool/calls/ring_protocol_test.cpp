// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/ring_protocol.hpp"

#include <poll.h>

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/processes/idle_worker.hpp"
#include "wire/reply.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;
using dispatch::CallState;
using test::contains;
using Bytes = std::vector<std::byte>;

Bytes frame_of(wire::ReplyKind kind, std::uint8_t value) {
  return {static_cast<std::byte>(kind), static_cast<std::byte>(value)};
}

// Requests and answers of one byte.
struct ByteJob {
  explicit ByteJob(std::uint8_t asked = 1)
      : job({.write = [asked](Encoder& request) { request.put(asked); },
             .read = [this](Decoder& reply) { answer = reply.take<std::uint8_t>(); }}) {}
  FakeJob job;
  std::uint8_t answer = 0;
};

// A pool of one worker, whose ring the test serves.
struct OneWorker {
  explicit OneWorker(Settings settings = {}) : worker(std::move(settings)) {
    dispatch.update([&](dispatch::Dispatch& d, ipc::WakeList& wakes) {
      d.worker_ready(0, worker.handle(), wakes);
    });
  }

  // Sends the request of a call, and takes it in the worker.
  std::uint32_t begin(dispatch::Call& call, const ByteJob& job, const InferOptions& options = {}) {
    call.waiter = &waiter;
    protocol.prepare(call, job.job, options);
    REQUIRE(protocol.admit(call).state == CallState::kPosted);
    return *worker.ring().take();
  }
  void answer(std::uint32_t sequence, const Bytes& frame) {
    worker.ring().publish(sequence, {.frame = frame});
  }
  // Whether the thread that watches the workers was woken. Clears this.
  bool woke_watcher() {
    pollfd polled{watcher.fd(), POLLIN, 0};
    const bool woken = ::poll(&polled, 1, 0) == 1;
    if (woken) watcher.clear();
    return woken;
  }
  Stats stats() {
    Stats stats;
    dispatch.look([&](const dispatch::Dispatch& d) { d.count(stats); });
    return stats;
  }

  test::IdleWorker worker;
  dispatch::LockedDispatch dispatch{{.workers = 1, .concurrency = 1, .max_queue_size = 4}};
  core::EventFd watcher;
  dispatch::Waiter waiter;
  RingProtocol protocol{worker.configuration(), dispatch, watcher};
};

Error error_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  }
  throw std::runtime_error("no error, where one is due");
}

TEST_CASE("a call is answered with what its worker publishes, and counts as a success") {
  OneWorker pool;
  ByteJob job;
  dispatch::Call call;
  const std::uint32_t sequence = pool.begin(call, job);
  CHECK_FALSE(pool.protocol.look(call).answered());
  pool.answer(sequence, frame_of(wire::ReplyKind::kAnswer, 42));
  const CallSnapshot snapshot = pool.protocol.look(call);
  REQUIRE(snapshot.answered());
  REQUIRE(pool.protocol.collect(call, snapshot, job.job));
  CHECK(job.answer == 42);
  CHECK(call.state == CallState::kDone);
  CHECK(pool.stats().requests == 1);
  CHECK(pool.stats().failed == 0);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("calls are numbered in the order in which they are prepared") {
  OneWorker pool;
  const ByteJob job;
  dispatch::Call first;
  dispatch::Call second;
  pool.protocol.prepare(first, job.job, {});
  pool.protocol.prepare(second, job.job, {});
  CHECK(second.id == first.id + 1);
}

TEST_CASE("an exception of the model reaches its caller, and its worker goes on") {
  OneWorker pool;
  ByteJob job;
  dispatch::Call call;
  const std::uint32_t sequence = pool.begin(call, job);
  detail::FrameBuffer frame;
  ipc::BlockList none;
  ipc::RequestBlocks blocks(*pool.worker.configuration()->requests, none);
  try {
    throw std::out_of_range("no class 11");
  } catch (...) {
    Encoder encoder(frame, blocks, 0);
    wire::encode_failure(encoder);
  }
  pool.worker.ring().publish(sequence, {.frame = frame.bytes()});
  const Error error =
      error_of([&] { pool.protocol.collect(call, pool.protocol.look(call), job.job); });
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK_THAT(error.what(), contains("no class 11"));
  CHECK(pool.stats().failed == 1);
  CHECK_FALSE(pool.worker.handle()->killed());
}

TEST_CASE("a malformed answer ends its worker and its call, and wakes the watcher") {
  OneWorker pool;
  ByteJob job;
  dispatch::Call call;
  const std::uint32_t sequence = pool.begin(call, job);
  const Bytes frame = GENERATE(Bytes{}, Bytes{std::byte{0xEE}},
                               Bytes{static_cast<std::byte>(wire::ReplyKind::kAnswer)},
                               Bytes(3, static_cast<std::byte>(wire::ReplyKind::kAnswer)));
  CAPTURE(frame.size());
  pool.answer(sequence, frame);
  const Error error =
      error_of([&] { pool.protocol.collect(call, pool.protocol.look(call), job.job); });
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK_THAT(error.what(), contains("protocol violation"));
  CHECK(pool.worker.handle()->killed());
  CHECK(pool.woke_watcher());
  CHECK(pool.stats().failed == 1);
}

TEST_CASE("a ring word that no worker writes ends the worker at the next check") {
  OneWorker pool;
  dispatch::Call call;
  const std::uint32_t sequence = pool.begin(call, ByteJob());
  CallSnapshot snapshot = pool.protocol.look(call);
  pool.protocol.check(call, snapshot);
  CHECK_FALSE(pool.worker.handle()->killed());
  pool.worker.control().reply(sequence).published = sequence + 1;
  pool.protocol.check(call, snapshot);
  CHECK(pool.worker.handle()->killed());
  CHECK(pool.woke_watcher());
}

TEST_CASE("an answer that was seen and is gone ends the worker at the next check") {
  OneWorker pool;
  dispatch::Call call;
  const std::uint32_t sequence = pool.begin(call, ByteJob());
  const std::uint32_t before = pool.worker.control().reply(sequence).published;
  pool.answer(sequence, frame_of(wire::ReplyKind::kAnswer, 1));
  call.note_seen();
  CallSnapshot snapshot = pool.protocol.look(call);
  pool.worker.control().reply(sequence).published = before;
  pool.protocol.check(call, snapshot);
  CHECK(pool.worker.handle()->killed());
}

TEST_CASE("a part is collected while its run goes on") {
  OneWorker pool;
  ByteJob job;
  dispatch::Call call;
  call.streams = true;
  const std::uint32_t sequence = pool.begin(call, job);
  pool.worker.ring().publish_part(sequence, 1, {.frame = frame_of(wire::ReplyKind::kPart, 7)});
  const CallSnapshot snapshot = pool.protocol.look(call);
  REQUIRE(snapshot.part_available());
  REQUIRE(pool.protocol.collect_part(call, snapshot, job.job));
  CHECK(job.answer == 7);
  CHECK(call.parts == 1);
  CHECK(call.state == CallState::kPosted);
  CHECK(pool.worker.ring().await_taken(sequence, 1));
  pool.answer(sequence, {static_cast<std::byte>(wire::ReplyKind::kEnd)});
  REQUIRE(pool.protocol.collect(call, pool.protocol.look(call), job.job));
  CHECK(job.answer == 7);
}

TEST_CASE("a malformed part ends its worker and its call, and does not count as taken") {
  OneWorker pool;
  ByteJob job;
  dispatch::Call call;
  call.streams = true;
  const std::uint32_t sequence = pool.begin(call, job);
  pool.worker.ring().publish_part(sequence, 1, {.frame = frame_of(wire::ReplyKind::kAnswer, 7)});
  const Error error =
      error_of([&] { pool.protocol.collect_part(call, pool.protocol.look(call), job.job); });
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(call.parts == 0);
  CHECK(pool.worker.handle()->killed());
}

TEST_CASE("a call that is given up while it runs ends at once, and the watcher times its run") {
  OneWorker pool;
  dispatch::Call call;
  pool.begin(call, ByteJob());
  CHECK_FALSE(pool.woke_watcher());
  pool.protocol.give_up(call, ErrorCode::kDeadlineExceeded);
  CHECK(call.state == CallState::kDone);
  REQUIRE(call.error);
  CHECK(call.error->code() == ErrorCode::kDeadlineExceeded);
  CHECK(pool.woke_watcher());
}

TEST_CASE("a caller who leaves a stream with the parts it wanted has succeeded") {
  OneWorker pool;
  dispatch::Call call;
  call.streams = true;
  const std::uint32_t sequence = pool.begin(call, ByteJob());
  pool.protocol.end_early(call);
  CHECK(pool.stats().requests == 1);
  CHECK(pool.stats().failed == 0);
  CHECK(pool.worker.ring().cancelled(sequence));
}

TEST_CASE("a call that cannot be encoded is refused, counted and leaves no block behind") {
  Settings settings;
  settings.max_payload = 100;
  OneWorker pool(settings);
  const FakeJob job({.write = [](Encoder& request) {
    request.put_payload(std::vector<std::byte>(80));
    request.put_payload(std::vector<std::byte>(80));
  }});
  dispatch::Call call;
  const Error error = error_of([&] { pool.protocol.prepare(call, job, {}); });
  CHECK(error.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(error.what(), contains("max_payload"));
  CHECK(call.blocks.empty());
  CHECK(pool.stats().requests == 1);
  CHECK(pool.stats().failed == 1);
}

TEST_CASE("a call whose deadline has passed is refused before it is encoded") {
  OneWorker pool;
  bool encoded = false;
  const FakeJob job({.write = [&](Encoder&) { encoded = true; }});
  dispatch::Call call;
  const Error error =
      error_of([&] { pool.protocol.prepare(call, job, {.deadline = core::Clock::now() - 1s}); });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK_FALSE(encoded);
  CHECK(pool.stats().failed == 1);
}

TEST_CASE("an input that ended two workers is refused, and another input is not") {
  OneWorker pool;
  dispatch::Call bad;
  pool.protocol.prepare(bad, ByteJob(13).job, {});
  bad.blamed = 2;
  bad.blamed_end = std::make_shared<reports::WorkerEnd>();
  pool.protocol.remember_deaths(bad);
  CHECK(bad.blamed == 0);

  dispatch::Call again;
  again.waiter = &pool.waiter;
  pool.protocol.prepare(again, ByteJob(13).job, {});
  CHECK(error_of([&] { pool.protocol.admit(again); }).code() == ErrorCode::kPoisonedRequest);
  dispatch::Call other;
  other.waiter = &pool.waiter;
  pool.protocol.prepare(other, ByteJob(14).job, {});
  CHECK(pool.protocol.admit(other).state == CallState::kPosted);
  pool.protocol.forget(other);
}

}  // namespace
}  // namespace inferpool::pool::calls
