// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/waited_call.hpp"

#include <stop_token>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/calls/fake_protocol.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;
using News = WaitedCall::News;

// A call that the worker has begun.
struct Begun {
  explicit Begun(bool streams = false, const core::Deadline& deadline = {}) {
    call.call.streams = streams;
    protocol.prepare(call.call, job, {.stop = stop.get_token()});
    call.call.deadline = deadline;
    call.update(protocol.admit(call.call));
    sequence = protocol.take();
  }
  News take_news() { return call.take_news(job); }
  [[nodiscard]] auto seen() const { return protocol.seen(); }

  FakeProtocol protocol;
  std::stop_source stop;
  int decoded = 0;
  FakeJob job{{.read = [this](Decoder&) { ++decoded; }}};
  WaitedCall call{protocol, stop.get_token()};
  std::uint32_t sequence = 0;
};

TEST_CASE("a call without an answer or a part has no news, and finding that out takes no lock") {
  Begun begun;
  CHECK(begun.take_news() == News::kNone);
  CHECK_FALSE(begun.call.has_news());
  CHECK(begun.seen().looked == 0);
  CHECK(begun.seen().checked == 0);
}

TEST_CASE("an available answer is news, and goes to the job") {
  Begun begun;
  begun.protocol.answer(begun.sequence);
  CHECK(begun.call.available());
  CHECK(begun.call.has_news());
  CHECK(begun.take_news() == News::kAnswer);
  CHECK(begun.decoded == 1);
  CHECK(begun.seen().looked == 0);
}

TEST_CASE("each part goes to the job of a caller that takes parts, then the answer") {
  Begun begun(true);
  for (std::uint32_t part = 1; part <= 3; ++part) {
    begun.protocol.send_part(begun.sequence, part);
    CHECK(begun.call.available());
    CHECK(begun.take_news() == News::kPart);
    CHECK_FALSE(begun.call.available());
    CHECK(begun.take_news() == News::kNone);
  }
  begun.protocol.answer(begun.sequence);
  CHECK(begun.take_news() == News::kAnswer);
  CHECK(begun.decoded == 4);
  CHECK(begun.seen().parts == 3);
}

TEST_CASE("a part is no news for a caller that takes none") {
  Begun begun(false);
  begun.protocol.send_part(begun.sequence, 1);
  CHECK_FALSE(begun.call.available());
  CHECK(begun.take_news() == News::kNone);
}

TEST_CASE("a call that ended elsewhere is found out by its waiter, which was notified") {
  Begun begun;
  begun.protocol.fail(begun.call.call, ErrorCode::kWorkerLost);
  CHECK_FALSE(begun.call.available());
  CHECK(begun.call.has_news());
  CHECK(begun.take_news() == News::kFailure);
  CHECK(begun.call.call.error->code() == ErrorCode::kWorkerLost);
  CHECK(begun.seen().looked == 1);
}

TEST_CASE("a forged answer is not taken for one: the call is looked for") {
  Begun begun;
  begun.protocol.forge_next();
  begun.protocol.answer(begun.sequence);
  CHECK(begun.take_news() == News::kFailure);
  CHECK(begun.decoded == 0);
}

TEST_CASE("an exception of the job at an answer reaches the waiter") {
  Begun begun;
  FakeJob throws({.read = [](Decoder&) { throw detail::Malformed("no value"); }});
  begun.protocol.answer(begun.sequence);
  CHECK_THROWS_AS(begun.call.take_news(throws), detail::Malformed);
}

TEST_CASE("a call whose caller asks it to stop ends at once if nothing has come") {
  Begun begun;
  begun.stop.request_stop();
  CHECK(begun.take_news() == News::kFailure);
  CHECK(begun.call.call.error->code() == ErrorCode::kCancelled);
  CHECK(begun.seen().given_up == std::vector{ErrorCode::kCancelled});
}

TEST_CASE("an answer that is available when its caller asks it to stop is taken") {
  Begun begun;
  begun.protocol.answer(begun.sequence);
  begun.stop.request_stop();
  CHECK(begun.take_news() == News::kAnswer);
  CHECK(begun.seen().given_up.empty());
}

TEST_CASE("a request to stop notifies whoever listens, and the group that waits for many") {
  Begun begun;
  dispatch::Waiter group;
  begun.call.waiter.join(group);
  SECTION("as long as it listens") {
    begun.call.listen();
    begun.stop.request_stop();
    CHECK(begun.call.has_news());
    CHECK(group.seen() != 0);
  }
  SECTION("and no longer") {
    begun.call.listen();
    begun.call.stop_listening();
    begun.stop.request_stop();
    CHECK_FALSE(begun.call.has_news());
    CHECK(group.seen() == 0);
  }
}

TEST_CASE("a call that is checked past its deadline ends, unless something is available by then") {
  const core::TimePoint deadline = core::Clock::now() + 1h;
  Begun begun(true, deadline);
  begun.call.check(deadline - 1ns);
  CHECK(begun.seen().given_up.empty());
  CHECK(begun.seen().checked == 1);
  SECTION("nothing") {
    begun.call.check(deadline);
    CHECK(begun.take_news() == News::kFailure);
    CHECK(begun.call.call.error->code() == ErrorCode::kDeadlineExceeded);
  }
  SECTION("a part") {
    begun.protocol.send_part(begun.sequence, 1);
    begun.call.check(deadline);
    CHECK(begun.take_news() == News::kPart);
  }
  SECTION("the answer") {
    begun.protocol.answer(begun.sequence);
    begun.call.check(deadline);
    CHECK(begun.take_news() == News::kAnswer);
  }
  CHECK(begun.seen().checked == 2);
}

TEST_CASE("a call that is over ends between two parts, though the next one is available") {
  Begun begun(true, core::Clock::now() + 1ms);
  begun.protocol.send_part(begun.sequence, 1);
  REQUIRE(begun.take_news() == News::kPart);
  begun.protocol.send_part(begun.sequence, 2);
  SECTION("because its time has passed") {
    while (!core::passed(begun.call.call.deadline, core::Clock::now())) std::this_thread::yield();
    begun.call.end_if_over();
    CHECK(begun.take_news() == News::kFailure);
    CHECK(begun.call.call.error->code() == ErrorCode::kDeadlineExceeded);
  }
  SECTION("because its caller asked it to stop") {
    begun.stop.request_stop();
    begun.call.end_if_over();
    CHECK(begun.take_news() == News::kFailure);
  }
  CHECK(begun.decoded == 1);
}

}  // namespace
}  // namespace inferpool::pool::calls
