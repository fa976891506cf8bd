// SPDX-License-Identifier: Apache-2.0
// What a back end does without a worker. The integration tests have the rest.
#include <inferpool/detail/backend.hpp>

#include <memory>
#include <stdexcept>
#include <string>

#include "catch.hpp"
#include "core/clock.hpp"
#include "unit/pool/calls/fake_job.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;
using inferpool::test::contains;

Settings settings() {
  Settings settings;
  settings.workers = 0;
  settings.max_payload = 1000;
  return settings;
}

detail::ModelTraits host_traits() {
  detail::ModelTraits traits;
  traits.load = calls::FakeModel::load;
  return traits;
}

// A back end in this process, with its model loaded.
class Started {
 public:
  Started() { pool_->start(); }
  detail::Backend* operator->() const noexcept { return pool_.get(); }

 private:
  detail::OwnedBackend pool_ = detail::make_backend(settings(), host_traits());
};

template <typename F>
Error error_of(F&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorCode::kStopped, ""};
}

TEST_CASE("with workers = 0 the model must be constructible here, and a sandbox is refused") {
  Settings s = settings();
  const Error types_only = error_of([&] { static_cast<void>(detail::make_backend(s, {})); });
  CHECK(types_only.code() == ErrorCode::kInvalidSettings);
  CHECK_THAT(types_only.what(), contains("no constructor and predict"));
  s.sandbox = true;
  CHECK_THAT(error_of([&] { static_cast<void>(detail::make_backend(s, host_traits())); }).what(),
             contains("sandbox is true, but workers is 0"));
}

TEST_CASE("concurrency asks for a model that says that it is thread-safe") {
  Settings s = settings();
  s.concurrency = 2;
  detail::ModelTraits traits = host_traits();
  CHECK_THAT(error_of([&] { static_cast<void>(detail::make_backend(s, traits)); }).what(),
             contains("concurrency is 2"));
  traits.thread_safe = true;
  CHECK(detail::make_backend(s, traits)->settings().concurrency == 2);
}

TEST_CASE("a backend has the settings with every default resolved, and keeps max_payload") {
  const Started pool;
  CHECK(*pool->settings().workers == 0);
  CHECK(pool->settings().shared_memory_limit);
  CHECK(pool->loan(Datatype::kFp32, {250}).bytes().size() == 1000);
  CHECK(error_of([&] { static_cast<void>(pool->loan(Datatype::kFp32, {251})); }).code() ==
        ErrorCode::kPayloadTooLarge);
}

TEST_CASE("a job in this process gives its payload once, and runs the model once") {
  const Started pool;
  int asked = 0;
  int run = 0;
  int encoded = 0;
  calls::FakeJob job({.size = [&] { return ++asked, std::size_t{0}; },
                      .write = [&](Encoder&) { ++encoded; },
                      .model = [&](Context&) { return ++run, std::size_t{0}; }});
  pool->infer(job, {});
  CHECK(asked == 1);
  CHECK(run == 1);
  CHECK(encoded == 0);
  CHECK(pool->stats().succeeded == 1);
}

TEST_CASE("a backend is ready while it is open") {
  const Started pool;
  CHECK(pool->wait_ready(core::Clock::now()));
  CHECK(pool->health().state == PoolState::kReady);
  CHECK_FALSE(pool->in_child());
  pool->close();
  CHECK_FALSE(pool->wait_ready(core::Clock::now()));
  CHECK(pool->health().state == PoolState::kStopped);
}

TEST_CASE("an asynchronous call is told once, before submit returns") {
  Started pool;
  calls::Told told;
  pool->submit(std::make_unique<calls::FakeAsyncJob>(told), {});
  CHECK(told.completed == 1);
  CHECK_FALSE(told.failed);
  pool->close();
  pool->submit(std::make_unique<calls::FakeAsyncJob>(told), {});
  CHECK(told.completed == 1);
  CHECK(told.failed == ErrorCode::kStopped);
}

TEST_CASE("the rest of an answer in parts is given once the model is free, also an error") {
  Started pool;
  SECTION("the last part, from which the caller may ask the pool") {
    calls::FakeStreamJob job;
    pool->infer_stream(job, {});
    CHECK(job.taken == 1);
    CHECK(pool->stats().succeeded == 1);
  }
  SECTION("not what the model threw when its caller had ended it") {
    calls::FakeStreamJob job({.model = [&](Context&) -> std::size_t {
      job.ended = true;
      throw Error(ErrorCode::kCancelled, "the caller takes no more");
    }});
    pool->infer_stream(job, {});
    CHECK(job.taken == 1);  // the caller's own exception would come out here
    CHECK(pool->stats().failed == 1);
  }
  SECTION("but what it threw by itself") {
    calls::FakeStreamJob job(
        {.model = [](Context&) -> std::size_t { throw std::out_of_range("row"); }});
    CHECK(error_of([&] { pool->infer_stream(job, {}); }).code() == ErrorCode::kModelFailed);
    CHECK(job.taken == 0);
  }
}

TEST_CASE("a model that does not load fails the start with its exception, and no event says stop") {
  std::string events;
  Settings s = settings();
  s.on_event = [&](const Event& event) { events += name(event.kind); };
  detail::ModelTraits traits = host_traits();
  traits.load = [](const Settings&) -> std::unique_ptr<detail::LoadedModel> {
    throw std::out_of_range("no weights");
  };
  {
    const detail::OwnedBackend pool = detail::make_backend(s, traits);
    const Error error = error_of([&] { pool->start(); });
    CHECK(error.code() == ErrorCode::kStartupFailed);
    CHECK(error.details().exception_text == "no weights");
  }
  CHECK(events.empty());
}

}  // namespace
}  // namespace inferpool::pool
