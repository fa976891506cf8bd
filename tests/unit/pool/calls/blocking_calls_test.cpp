// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/blocking_calls.hpp"

#include <future>
#include <stop_token>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/calls/fake_protocol.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

struct Host {
  // The error with which infer or infer_stream ended; none if it succeeded.
  template <typename Ask>
  std::future<std::optional<ErrorCode>> aside(Ask ask) {
    return std::async(std::launch::async, [ask]() -> std::optional<ErrorCode> {
      try {
        ask();
        return std::nullopt;
      } catch (const Error& error) {
        return error.code();
      }
    });
  }
  auto infer(FakeJob& job, InferOptions options = {}) {
    return aside([this, &job, options] { calls.infer(job, options); });
  }
  auto infer_stream(FakeStreamJob& job, InferOptions options = {}) {
    return aside([this, &job, options] { calls.infer_stream(job, options); });
  }
  FakeProtocol protocol;
  BlockingCalls calls{protocol, 0ns, 1};
};

TEST_CASE("a caller that waits gets the answer, and its call is not forgotten") {
  Host host;
  int encoded = 0;
  int decoded = 0;
  FakeJob job({.write = [&](Encoder&) { ++encoded; }, .read = [&](Decoder&) { ++decoded; }});
  auto call = host.infer(job);
  host.protocol.answer(host.protocol.take());
  CHECK_FALSE(call.get());
  CHECK(encoded == 1);
  CHECK(decoded == 1);
  CHECK(host.protocol.seen().forgotten == 0);
}

TEST_CASE("a call that is refused is not waited for") {
  Host host;
  FakeJob job;
  host.protocol.refusal = Error(ErrorCode::kQueueFull, "");
  CHECK(host.infer(job).get() == ErrorCode::kQueueFull);
  CHECK(host.infer(job, {.deadline = core::Clock::now() - 1s}).get() ==
        ErrorCode::kDeadlineExceeded);
  CHECK(host.protocol.seen().prepared == 2);
}

TEST_CASE("a deadline or a request to stop ends the wait of a caller that sleeps") {
  Host host;
  FakeJob job;
  SECTION("deadline") {
    CHECK(host.infer(job, {.timeout = 2ms}).get() == ErrorCode::kDeadlineExceeded);
  }
  SECTION("stop") {
    std::stop_source stop;
    auto call = host.infer(job, {.stop = stop.get_token()});
    host.protocol.take();
    stop.request_stop();
    CHECK(call.get() == ErrorCode::kCancelled);
  }
}

TEST_CASE("an exception of the job reaches the caller, once nothing knows its call any more") {
  Host host;
  FakeJob job({.read = [](Decoder&) { throw Error(ErrorCode::kModelFailed, ""); }});
  auto call = host.infer(job);
  host.protocol.answer(host.protocol.take());
  CHECK(call.get() == ErrorCode::kModelFailed);
  CHECK(host.protocol.seen().forgotten == 1);
}

TEST_CASE("a caller of an answer in parts takes each part, and what the answer adds") {
  Host host;
  FakeStreamJob job;
  auto call = host.infer_stream(job);
  const std::uint32_t sequence = host.protocol.take();
  for (std::uint32_t part = 1; part <= 3; ++part) {
    host.protocol.send_part(sequence, part);
    while (host.protocol.seen().parts < static_cast<int>(part)) std::this_thread::yield();
  }
  host.protocol.answer(sequence);
  CHECK_FALSE(call.get());
  CHECK(job.taken == 4);
}

TEST_CASE("a caller that wants no more parts ends its call early, without an error") {
  Host host;
  FakeStreamJob job;
  job.wanted = 1;
  auto call = host.infer_stream(job);
  host.protocol.send_part(host.protocol.take(), 1);
  CHECK_FALSE(call.get());
  CHECK(job.taken == 1);
  CHECK(host.protocol.seen().ended_early == 1);
  CHECK(host.protocol.seen().forgotten == 0);
}

}  // namespace
}  // namespace inferpool::pool::calls
