// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/delivery.hpp"

#include <inferpool/detail/deliver_later.hpp>

#include <functional>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"

namespace inferpool::pool::calls {
namespace {

// A job whose handler is a function of the test.
struct HandledJob final : FakeJobOf<detail::AsyncJob> {
  explicit HandledJob(std::function<void(const Error*)> h) : handler(std::move(h)) {}
  void complete() override { handler(nullptr); }
  void fail(const Error& error) override { handler(&error); }
  std::function<void(const Error*)> handler;
};

struct Host {
  static Settings settings_of(Host& host) {
    Settings settings;
    settings.on_event = [&host](const Event& event) { host.told.push_back(event); };
    return settings;
  }
  std::vector<Event> told;
  reports::Events events{settings_of(*this)};
};

template <typename Thrown>
Error error_of(const Thrown& thrown) {
  try {
    throw thrown;
  } catch (...) {
    return current_error();
  }
}

TEST_CASE("a job without an error is told that it is complete and one with an error gets it") {
  Host host;
  Told told;
  FakeAsyncJob job(told);
  CHECK(deliver(job, std::nullopt, host.events));
  CHECK(told.completed == 1);
  CHECK_FALSE(told.failed);
  CHECK(deliver(job, Error(ErrorCode::kQueueFull, "later"), host.events));
  CHECK(told.completed == 1);
  CHECK(told.failed == ErrorCode::kQueueFull);
  CHECK(host.told.empty());
}

TEST_CASE("what a handler throws is an event with type and text and the job counts as told") {
  Host host;
  HandledJob logic([](const Error* /*error*/) { throw std::logic_error("no such user"); });
  HandledJob number([](const Error* /*error*/) { throw 42; });
  CHECK(deliver(logic, std::nullopt, host.events));
  CHECK(deliver(number, Error(ErrorCode::kStopped, ""), host.events));
  REQUIRE(host.told.size() == 2);
  CHECK(host.told[0].kind == EventKind::kHandlerThrew);
  CHECK(host.told[0].text == "std::logic_error: no such user");
  CHECK(host.told[1].text == "int");
}

TEST_CASE("a job whose handler has no memory is not told yet and raises no event") {
  Host host;
  HandledJob job([](const Error* /*error*/) { throw detail::DeliverLater(); });
  CHECK_FALSE(deliver(job, std::nullopt, host.events));
  CHECK(host.told.empty());
}

TEST_CASE("where no other thread tells a job it is told again until its handler has memory") {
  Host host;
  int tries = 0;
  std::vector<ErrorCode> codes;
  HandledJob job([&](const Error* error) {
    if (++tries < 3) throw detail::DeliverLater();
    codes.push_back(error->code());
  });
  deliver_and_wait(job, Error(ErrorCode::kStopped, "closed"), host.events);
  CHECK(tries == 3);
  CHECK(codes == std::vector{ErrorCode::kStopped});
  CHECK(host.told.empty());
}

TEST_CASE("a handler that is never called is an event that says why") {
  Host host;
  give_up_telling(host.events);
  REQUIRE(host.told.size() == 1);
  CHECK(host.told[0].kind == EventKind::kHandlerThrew);
  CHECK_THAT(host.told[0].text, test::contains("its executor had no memory"));
}

TEST_CASE(
    "the error of a call is the thrown Error or says that memory is used up or what was thrown") {
  CHECK(error_of(Error(ErrorCode::kPayloadTooLarge, "too long")).what() ==
        std::string("payload_too_large: too long"));
  CHECK(error_of(std::bad_alloc()).code() == ErrorCode::kOutOfMemory);
  CHECK(error_of(std::runtime_error("no thread")).what() ==
        std::string("unavailable: the call could not be made: std::runtime_error: no thread"));
}

}  // namespace
}  // namespace inferpool::pool::calls
