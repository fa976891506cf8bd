// SPDX-License-Identifier: Apache-2.0
#include "pool/in_process.hpp"

#include <atomic>
#include <latch>
#include <new>
#include <stdexcept>
#include <thread>
#include <vector>

#include "catch.hpp"
#include "unit/pool/calls/fake_job.hpp"

namespace inferpool::pool {
namespace {

using namespace std::chrono_literals;
using inferpool::test::contains;

Settings settings() {
  Settings settings;
  settings.workers = 0;
  settings.max_payload = 1000;
  settings.max_queue_size = 1;
  settings.drain_timeout = 10s;
  return settings;
}

const auto no_payload = [] { return std::size_t{0}; };
const auto nothing = [](Context&) { return std::size_t{0}; };

detail::ModelTraits traits_of(bool thread_safe) {
  detail::ModelTraits traits;
  traits.thread_safe = thread_safe;
  traits.load = calls::FakeModel::load;
  return traits;
}

// A back end that has loaded its model.
class Loaded {
 public:
  Loaded(const Settings& settings, bool thread_safe) : pool_(settings, traits_of(thread_safe)) {
    pool_.start();
  }
  void infer(std::function<std::size_t()> payload, std::function<std::size_t(Context&)> model,
             const InferOptions& options) {
    calls::FakeJob job({.size = std::move(payload), .model = std::move(model)});
    pool_.infer(job, options);
  }
  void close() { pool_.close(); }
  [[nodiscard]] Stats stats() const { return pool_.stats(); }
  [[nodiscard]] Health health() const { return pool_.health(); }

 private:
  InProcess pool_;
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

// A call that is inside the model until it is let go.
class Occupied {
 public:
  explicit Occupied(Loaded& pool, InferOptions options = {})
      : thread_([this, &pool, options] {
          try {
            pool.infer(
                no_payload,
                [this](Context&) {
                  inside_.count_down();
                  go_.wait();
                  return std::size_t{0};
                },
                options);
          } catch (const Error& error) {
            code = error.code();
          }
        }) {
    inside_.wait();
  }
  void let_go() {
    go_.count_down();
    thread_.join();
  }
  std::optional<ErrorCode> code;

 private:
  std::latch inside_{1};
  std::latch go_{1};
  std::jthread thread_;
};

TEST_CASE("one thread at a time is in a model that is not thread-safe, first come first served") {
  Settings s = settings();
  s.max_queue_size = 100;
  Loaded pool(s, false);
  std::atomic<int> inside{0};
  std::atomic<int> most{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 200; ++i) {
          pool.infer(no_payload,
                     [&](Context&) {
                       most = std::max(most.load(), ++inside);
                       --inside;
                       return std::size_t{0};
                     },
                     {});
        }
      });
    }
  }
  CHECK(most == 1);
  CHECK(pool.stats().succeeded == 800);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("two threads are in a thread-safe model at once") {
  const Settings s = settings();
  Loaded pool(s, true);
  Occupied first(pool);
  Occupied second(pool);  // returns only once it is inside, too
  CHECK(pool.stats().in_flight == 2);
  first.let_go();
  second.let_go();
}

TEST_CASE("B6: past max_queue_size a call is refused at once") {
  const Settings s = settings();
  Loaded pool(s, false);
  Occupied running(pool);
  std::jthread waiting([&] { pool.infer(no_payload, nothing, {}); });
  while (pool.stats().queued < 1) std::this_thread::yield();
  const Error error = error_of([&] { pool.infer(no_payload, nothing, {}); });
  CHECK(error.code() == ErrorCode::kQueueFull);
  CHECK_THAT(error.what(), contains("max_queue_size is 1"));
  running.let_go();
}

TEST_CASE("a deadline that passes in the queue ends the call there") {
  const Settings s = settings();
  Loaded pool(s, false);
  Occupied running(pool);
  const Error error = error_of([&] { pool.infer(no_payload, nothing, {.timeout = 5ms}); });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(error.phase() == Phase::kQueued);
  CHECK(pool.stats().queued == 0);
  running.let_go();
}

TEST_CASE("a deadline that passes while the model runs is reported late, not ignored") {
  const Settings s = settings();
  Loaded pool(s, false);
  bool begun = false;  // else the deadline passed before
  for (std::chrono::nanoseconds time = 2ms; !begun; time *= 2) {
    const core::TimePoint deadline = core::Clock::now() + time;
    const Error error = error_of([&] {
      pool.infer(no_payload,
                 [&](Context& context) {
                   begun = true;
                   CHECK(context.deadline() == deadline);
                   while (!context.cancelled()) std::this_thread::yield();
                   return std::size_t{0};
                 },
                 {.deadline = deadline});
    });
    CHECK(error.code() == ErrorCode::kDeadlineExceeded);
    CHECK(error.phase() == (begun ? Phase::kRunning : Phase::kQueued));
  }
}

TEST_CASE("a stop request ends a waiting call, and a running one when its model returns") {
  const Settings s = settings();
  Loaded pool(s, false);
  std::stop_source stop;
  Occupied running(pool, {.stop = stop.get_token()});
  std::jthread stopper([&] { stop.request_stop(); });
  const Error error =
      error_of([&] { pool.infer(no_payload, nothing, {.stop = stop.get_token()}); });
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kQueued);
  running.let_go();
  CHECK(running.code == ErrorCode::kCancelled);
}

TEST_CASE(
    "A4: what the model throws reaches its caller with type and text, and the next call is "
    "served") {
  const Settings s = settings();
  Loaded pool(s, false);
  const Error error = error_of([&] {
    pool.infer(no_payload, [](Context&) -> std::size_t { throw std::out_of_range("no such row"); },
               {});
  });
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.details().exception_type == "std::out_of_range");
  CHECK(error.details().exception_text == "no such row");
  pool.infer(no_payload, nothing, {});
  CHECK(pool.stats().succeeded == 1);
  CHECK(pool.stats().failed == 1);
}

TEST_CASE("a codec that cannot say the size of a request is the caller's error, and counts") {
  const Settings s = settings();
  Loaded pool(s, false);
  const Error error = error_of([&] {
    pool.infer([]() -> std::size_t { throw std::out_of_range("no such label"); }, nothing, {});
  });
  CHECK(error.code() == ErrorCode::kInvalidArgument);
  CHECK(error.details().exception_type == "std::out_of_range");
  CHECK(error.details().exception_text == "no such label");
  const auto exhausted = []() -> std::size_t { throw std::bad_alloc(); };
  CHECK(error_of([&] { pool.infer(exhausted, nothing, {}); }).code() == ErrorCode::kOutOfMemory);
  CHECK(pool.stats().requests == 2);
  CHECK(pool.stats().failed == 2);
}

TEST_CASE("B11: a request or a reply over max_payload is refused with its size and the setting") {
  const Settings s = settings();
  Loaded pool(s, false);
  const Error request =
      error_of([&] { pool.infer([] { return std::size_t{1001}; }, nothing, {}); });
  CHECK(request.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(request.what(), contains("1001 bytes, max_payload is 1000"));
  const Error reply =
      error_of([&] { pool.infer(no_payload, [](Context&) { return std::size_t{1001}; }, {}); });
  CHECK(reply.code() == ErrorCode::kPayloadTooLarge);
  const Error output = error_of([&] {
    pool.infer(no_payload,
               [](Context& context) { return context.output<float>({251}).bytes().size(); }, {});
  });
  CHECK(output.code() == ErrorCode::kPayloadTooLarge);
}

TEST_CASE("a closed pool refuses calls, after it has let the running one end") {
  const Settings s = settings();
  Loaded pool(s, false);
  Occupied running(pool);
  std::jthread closer([&] { pool.close(); });
  while (pool.health().state != PoolState::kStopped) std::this_thread::yield();
  CHECK(error_of([&] { pool.infer(no_payload, nothing, {}); }).code() == ErrorCode::kStopped);
  running.let_go();
  CHECK_FALSE(running.code);
}

TEST_CASE("a call that is late or malformed is refused as with workers, and counts") {
  Loaded pool(settings(), false);
  const Error late =
      error_of([&] { pool.infer(no_payload, nothing, {.deadline = core::Clock::now() - 1s}); });
  CHECK(late.code() == ErrorCode::kDeadlineExceeded);
  CHECK(late.phase() == Phase::kQueued);
  const Error malformed =
      error_of([&] { pool.infer(no_payload, nothing, {.traceparent = "no trace"}); });
  CHECK(malformed.code() == ErrorCode::kInvalidArgument);
  CHECK(pool.stats().requests == 2);
  CHECK(pool.stats().failed == 2);
  CHECK(pool.stats().in_flight == 0);
}

}  // namespace
}  // namespace inferpool::pool
