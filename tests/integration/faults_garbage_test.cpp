// SPDX-License-Identifier: Apache-2.0
// A worker that writes garbage where the host reads is ended and replaced, and the host comes to no
// harm.
#include <numeric>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "workers/echo.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using EchoPool = Pool<Echo>;

Settings garbage_settings(const std::string& kind, int workers = 1) {
  Settings settings = faulty_settings(workers, R"({"garbage": ")" + kind + R"("})");
  settings.worker = "garbage_worker";
  return settings;
}

Tensor numbers() {
  std::vector<float> values(1024);
  std::iota(values.begin(), values.end(), 1.0F);
  return Tensor::from(values, {1024});
}

void check_violation(const Error& error, int pid) {
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().pid == pid);
  CHECK_THAT(error.what(), contains("protocol violation"));
}

// Checks that the worker was replaced and that its successor's answers are right.
void check_recovered(EchoPool& pool) {
  REQUIRE(ready_again(pool, 1));
  CHECK_THAT(pool.health().last_failure->what(), contains("protocol violation"));
  CHECK(pool.stats().deaths == 1);
  for (int i = 0; i < 3; ++i) CHECK(pool.infer(numbers()).values<float>()[1023] == 1024.0F);
  CHECK(pool.stats().in_flight == 0);
  // A future is told before its call gives its memory back.
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
}

}  // namespace

TEST_CASE(
    "Garbage in a reply loses that request as a protocol violation, and the worker is replaced") {
  const char* kind =
      GENERATE("offset", "offset that overflows", "offset that is not aligned", "length",
               "length of another shape", "place", "small payload in a block", "datatype", "rank",
               "negative dimension", "shape that overflows", "bool that is none",
               "bytes without their lengths", "bytes after the value", "kind of reply",
               "refusal with no code of ours", "text that is too long", "empty frame", "frame size",
               "frame offset", "frame of a large block", "call id", "ticket", "ticket of no block",
               "published word", "published word without a wake", "part that nobody asked for",
               "end that nobody asked for", "noise");
  CAPTURE(kind);
  const Footprint before;
  {
    EchoPool pool(garbage_settings(kind));
    const int pid = pool.stats().workers[0].pid;
    check_violation(error_of(pool.try_infer(numbers())), pid);
    check_recovered(pool);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("Garbage in a reply reaches the future of an asynchronous call as well") {
  const char* kind = GENERATE("offset", "frame size", "call id", "published word",
                              "published word without a wake", "noise");
  CAPTURE(kind);
  EchoPool pool(garbage_settings(kind));
  const int pid = pool.stats().workers[0].pid;
  auto future = pool.submit(numbers());
  check_violation(error_of(future), pid);
  check_recovered(pool);
}

TEST_CASE("One end of a worker is blamed on a request once, even if it left garbage for a part") {
  Settings settings = garbage_settings("part of another request and then death");
  settings.spin = Duration::zero();
  EchoPool pool(settings);
  try {
    pool.infer_stream(numbers(), [](const Tensor&) { FAIL("a part of another request"); });
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kWorkerLost);
  }
  CHECK(pool.infer(numbers()) == numbers());  // not poison: blamed once only
  CHECK(pool.stats().deaths == 1);
}

TEST_CASE("Requests behind the one that was answered with garbage are answered by the successor") {
  EchoPool pool(garbage_settings("offset"));
  std::vector<std::future<Tensor>> futures;
  for (int i = 0; i < 4; ++i) futures.push_back(pool.submit(numbers()));
  CHECK(error_of(futures[0]).code() == ErrorCode::kWorkerLost);
  for (std::size_t i = 1; i < 4; ++i) CHECK(futures[i].get().values<float>()[0] == 1.0F);
}

TEST_CASE("Garbage from one worker does not disturb what another one runs") {
  EchoPool pool(garbage_settings("noise", 2));
  // Only worker 0 is generation 1; the other worker is honest.
  int lost = 0;
  for (int i = 0; i < 20; ++i) {
    const auto result = pool.try_infer(numbers());
    if (result) {
      CHECK(result->values<float>()[1023] == 1024.0F);
    } else {
      CHECK(result.error().code() == ErrorCode::kWorkerLost);
      ++lost;
    }
  }
  CHECK(lost == 1);
}

TEST_CASE("A ticket of another generation hurts only the worker's own memory") {
  EchoPool pool(garbage_settings("ticket of another generation"));
  CHECK(pool.infer(numbers()).shape() == Shape{1024});  // whatever is in the block at 0
  for (int i = 0; i < 100; ++i) CHECK(pool.infer(numbers()).values<float>()[1023] == 1024.0F);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A whole answer that is available when its worker dies is delivered") {
  Settings settings = garbage_settings("answer and then death");
  settings.spin = Duration::zero();  // the caller sleeps, and only the death wakes it
  EchoPool pool(settings);
  CHECK(pool.infer(numbers()).shape() == Shape{1024});
  REQUIRE(ready_again(pool, 1));
  CHECK(pool.stats().deaths == 1);
  CHECK(pool.stats().succeeded == 1);
}

TEST_CASE("A view of an output stays readable after its worker was ended for garbage") {
  std::vector<float> large(64 * 1024, 3.0F);
  EchoPool pool(garbage_settings("call id"));
  CHECK(error_of(pool.try_infer(numbers())).code() == ErrorCode::kWorkerLost);
  REQUIRE(ready_again(pool, 1));
  const Tensor view = pool.infer(Tensor::from(large, {64 * 1024}));
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(ready_again(pool, 2));
  CHECK(view.values<float>()[64 * 1024 - 1] == 3.0F);
}
