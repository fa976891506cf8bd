// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/completion.hpp"

#include <array>
#include <future>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"
#include "unit/pool/calls/fake_protocol.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

// Read what was told only after stop().
struct Host {
  void submit(Told& told, const InferOptions& options = {}, JobSteps steps = {}) {
    completion->submit(std::make_unique<FakeAsyncJob>(told, std::move(steps)), options);
  }
  // Returns once all have been told.
  void stop() { completion->stop(); }

  FakeProtocol protocol;
  std::shared_ptr<reports::Events> events = std::make_shared<reports::Events>(Settings());
  std::optional<Completion> completion{std::in_place, protocol, events, 0ns, 1};
};

TEST_CASE("each of many calls is told of its own answer, in whatever order these come") {
  Host host;
  std::array<Told, 3> told;
  std::array<std::uint32_t, 3> sequences{};
  for (std::size_t i = 0; i < told.size(); ++i) {
    host.submit(told[i]);
    sequences[i] = host.protocol.take();
  }
  for (const std::size_t i : {2U, 0U, 1U}) host.protocol.answer(sequences[i]);
  host.stop();
  for (const Told& one : told) {
    CHECK(one.completed == 1);
    CHECK_FALSE(one.failed);
  }
}

TEST_CASE("a refusal is told too, and not inside submit") {
  Host host;
  std::promise<std::thread::id> told_on;
  struct Tells final : FakeJobOf<detail::AsyncJob> {
    explicit Tells(std::promise<std::thread::id>& p) : promise(p) {}
    void complete() override {}
    void fail(const Error& /*error*/) override { promise.set_value(std::this_thread::get_id()); }
    std::promise<std::thread::id>& promise;
  };
  host.protocol.refusal = Error(ErrorCode::kQueueFull, "");
  host.completion->submit(std::make_unique<Tells>(told_on), {});
  CHECK(told_on.get_future().get() != std::this_thread::get_id());
  Told late;
  host.submit(late, {.deadline = core::Clock::now() - 1s});
  host.stop();
  CHECK(late.failed == ErrorCode::kDeadlineExceeded);
}

TEST_CASE("a deadline or a request to stop ends a call that nobody waits for") {
  Host host;
  Told timed;
  Told cancelled;
  std::stop_source stop;
  host.submit(timed, {.timeout = 2ms});
  host.submit(cancelled, {.stop = stop.get_token()});
  stop.request_stop();
  host.stop();
  CHECK(timed.failed == ErrorCode::kDeadlineExceeded);
  CHECK(cancelled.failed == ErrorCode::kCancelled);
}

TEST_CASE("a call that the pool ends is told its error, one whose answer cannot be read another") {
  Host host;
  Told unreadable;
  host.submit(unreadable, {},
              {.read = [](Decoder&) { throw Error(ErrorCode::kModelFailed, "no value"); }});
  host.protocol.answer(host.protocol.take());
  Told forged;
  host.submit(forged);
  const std::uint32_t second = host.protocol.take();
  while (host.protocol.seen().collected < 1) std::this_thread::yield();
  host.protocol.forge_next();
  host.protocol.answer(second);
  host.stop();
  CHECK(unreadable.failed == ErrorCode::kModelFailed);
  CHECK(forged.failed == ErrorCode::kWorkerLost);
}

TEST_CASE("once it is stopped a call is told by the thread that makes it, and counts as refused") {
  Host host;
  host.stop();
  Told told;
  host.submit(told);
  CHECK(told.failed == ErrorCode::kStopped);
  CHECK(host.protocol.seen().refused == 1);
  CHECK(host.protocol.seen().prepared == 0);
}

}  // namespace
}  // namespace inferpool::pool::calls
