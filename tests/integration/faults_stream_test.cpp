// SPDX-License-Identifier: Apache-2.0
// Faults in the middle of an answer in parts: time, cancellation, death, garbage, close.
#include <stop_token>
#include <thread>

#include "integration/actor_calls.hpp"
#include "integration/streamer_calls.hpp"
#include "workers/echo.hpp"
#include "workers/streaming_model.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Pools = Pool<StreamingModel>;  // with 0 workers the model runs in this process

using Now = std::chrono::steady_clock;

bool passes(Now::duration time) {
  const auto end = Now::now() + time;
  return eventually([&] { return Now::now() >= end; });
}

// A stream that is asked to stop in its second part: in on_part, or by another thread while the
// next part is waited for.
Streamed stopped_stream(StreamingPool& pool, const Script& script, bool in_on_part) {
  std::stop_source source;
  std::jthread stopper;
  Streamed streamed;
  const auto on_part = [&](const Tensor& part) {
    streamed.numbers.push_back(number_of(part));
    if (streamed.numbers.size() < 2) return;
    if (in_on_part) return static_cast<void>(source.request_stop());
    stopper = std::jthread([&] { source.request_stop(); });
  };
  try {
    pool.infer_stream(script, on_part, {.stop = source.get_token()});
  } catch (const Error& cancelled) {
    streamed.error = cancelled;
  }
  return streamed;
}

// Neither side spins: each sleeps at once when it waits.
Settings sleepy_settings(int workers = 1) {
  Settings settings = streaming_settings(workers);
  settings.spin = Duration::zero();
  return settings;
}

}  // namespace

TEST_CASE("The deadline is that of the whole answer, however quickly its parts come") {
  const int workers = GENERATE(0, 1);
  const ScratchFolder folder;
  Pools pool(streaming_settings(workers));
  Streamed streamed;
  // Again, for longer, if the machine was too busy for four parts.
  for (Duration timeout = 300ms; streamed.numbers.size() <= 3 && timeout < 5s; timeout *= 2) {
    const auto start = Now::now();
    streamed = stream(pool, script(0, Ending::kGoOn, folder / "it"), {.timeout = timeout});
    REQUIRE(streamed.error);
    CHECK(streamed.error->code() == ErrorCode::kDeadlineExceeded);
    CHECK(Now::now() - start >= timeout);
  }
  CHECK(streamed.error->phase() == Phase::kRunning);
  CHECK(streamed.numbers.size() > 3);
  CHECK(eventually([&] { return exists(folder / "it.caller_word"); }));
  CHECK(stream(pool, script(2)).numbers == one_to(2));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A deadline that passes between two parts ends the wait for the next one") {
  const ScratchFolder folder;
  StreamingPool pool(streaming_settings());
  const Streamed streamed = stream(pool, script(1, Ending::kHold, folder / "it"), {.timeout = 2s});
  REQUIRE(streamed.error);
  CHECK(streamed.error->code() == ErrorCode::kDeadlineExceeded);
  CHECK(streamed.numbers == one_to(1));
  write_file(folder / "it.go");
}

TEST_CASE("A deadline is looked at between parts that a slow caller never has to wait for") {
  StreamingPool pool(streaming_settings());
  Numbers64 numbers;
  const Error error = error_of([&] {
    pool.infer_stream(script(40),
                      [&](const Tensor& part) {
                        numbers.push_back(number_of(part));
                        passes(50ms);  // by then the next part is available
                      },
                      {.timeout = 300ms});
  });
  CHECK(error.code() == ErrorCode::kDeadlineExceeded);
  CHECK(numbers.size() < 20);
}

TEST_CASE(
    "A stop that is asked for in on_part, or while a part is waited for, cancels the answer") {
  const ScratchFolder folder;
  StreamingPool pool(sleepy_settings());
  const auto ending = GENERATE(Ending::kGoOn, Ending::kHold);
  const bool goes_on = ending == Ending::kGoOn;
  bool in_time = false;  // on a busy machine one of three
  for (int i = 0; i < 3 && !in_time; ++i) {
    const std::string it = folder / ("it" + std::to_string(i));
    const Streamed streamed = stopped_stream(pool, script(2, ending, it), goes_on);
    REQUIRE(streamed.error);
    CHECK(streamed.error->code() == ErrorCode::kCancelled);
    CHECK(streamed.error->phase() == Phase::kRunning);
    CHECK(streamed.numbers == one_to(2));
    // A model that waits to send is woken at once. It does not have to wait for its own check once
    // a second.
    in_time = !goes_on || eventually([&] { return exists(it + ".caller_word"); }, 900ms);
    write_file(it + ".go");
    CHECK(stream(pool, script(2)).numbers == one_to(2));
  }
  CHECK(in_time);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("A model that goes on for cancel_grace after its caller has left is ended") {
  const ScratchFolder folder;
  Settings settings = streaming_settings();
  settings.cancel_grace = 200ms;
  StreamingPool pool(settings);
  pool.infer_stream(script(1, Ending::kSleep, folder / "it"), [](const Tensor&) { return false; });
  REQUIRE(ready_again(pool, 1));
  CHECK_THAT(pool.health().last_failure->what(), contains("cancel_grace"));
}

TEST_CASE(
    "hang_timeout counts from the last part, and a run that waits for its caller does not hang") {
  const ScratchFolder folder;
  Settings settings = streaming_settings();
  settings.hang_timeout = 1500ms;
  StreamingPool pool(settings);
  SECTION("a slow caller") {
    Numbers64 numbers;
    pool.infer_stream(script(4), [&](const Tensor& part) {
      numbers.push_back(number_of(part));
      if (numbers.size() == 1) passes(4s);
    });
    CHECK(numbers == one_to(4));
    CHECK(pool.stats().deaths == 0);
  }
  SECTION("a model that sends no more") {
    const Streamed streamed = stream(pool, script(2, Ending::kSleep, folder / "it"));
    CHECK(streamed.numbers == one_to(2));
    REQUIRE(streamed.error);
    CHECK(streamed.error->code() == ErrorCode::kWorkerLost);
    CHECK(streamed.error->details().hung);
    CHECK_THAT(streamed.error->what(), contains("hang_timeout") && contains("after 2 parts"));
  }
}

TEST_CASE("A worker that dies in the middle loses the rest, and every part that it sent came") {
  const std::int64_t parts = GENERATE(1, 3);
  const auto retry = GENERATE(Retry::kNever, Retry::kIfNotStarted);
  StreamingPool pool(sleepy_settings());
  const Streamed streamed = stream(pool, script(parts, Ending::kKill), {.retry = retry});
  CHECK(streamed.numbers == one_to(parts));
  REQUIRE(streamed.error);
  CHECK(streamed.error->code() == ErrorCode::kWorkerLost);
  CHECK(streamed.error->phase() == Phase::kRunning);
  CHECK(streamed.error->details().signal == SIGKILL);
  CHECK_THAT(streamed.error->what(), contains(parts == 1 ? "after 1 part of" : "after 3 parts of"));
  REQUIRE(ready_again(pool, 1));
  CHECK(pool.stats().retried == 0);
  CHECK(stream(pool, script(2)).numbers == one_to(2));
}

TEST_CASE("With retry = always an answer runs again before its first part, and never after it") {
  const ScratchFolder folder;
  StreamingPool pool(streaming_settings());
  SECTION("before") {
    const Streamed streamed =
        stream(pool, script(0, Ending::kKillOnce, folder / "it"), {.retry = Retry::kAlways});
    CHECK_FALSE(streamed.error);
    CHECK(streamed.numbers == one_to(1));
    CHECK(pool.stats().retried == 1);
  }
  SECTION("after") {
    Numbers64 numbers;
    const int pid = ready_pids(pool).at(0);
    const Error error = error_of([&] {
      pool.infer_stream(script(1, Ending::kSleep, folder / "it"),
                        [&](const Tensor& part) {
                          numbers.push_back(number_of(part));
                          ::kill(pid, SIGKILL);
                        },
                        {.retry = Retry::kAlways});
    });
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK(numbers == one_to(1));
    CHECK(pool.stats().retried == 0);
  }
}

TEST_CASE("An input that ended two workers in the middle of its answer is not run a third time") {
  StreamingPool pool(streaming_settings());
  for (std::uint64_t i = 1; i <= 2; ++i) {
    CHECK(stream(pool, script(2, Ending::kKill)).error->code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, i));
  }
  CHECK(stream(pool, script(2, Ending::kKill)).error->code() == ErrorCode::kPoisonedRequest);
  CHECK(error_of(pool.try_infer(script(2, Ending::kKill))).code() == ErrorCode::kPoisonedRequest);
  CHECK(pool.stats().deaths == 2);
}

TEST_CASE("close lets an answer in parts end, and ends it when drain_timeout is over") {
  const ScratchFolder folder;
  Settings settings = sleepy_settings(2);
  const auto ending = GENERATE(Ending::kHold, Ending::kGoOn);
  settings.drain_timeout = ending == Ending::kHold ? 20s : 2s;
  StreamingPool pool(settings);
  std::jthread closer;
  Numbers64 numbers;
  std::optional<Error> error;
  try {
    pool.infer_stream(script(2, ending, folder / "it"), [&](const Tensor& part) {
      numbers.push_back(number_of(part));
      if (numbers.size() > 1) {
        passes(1ms);  // leaves the processor to others meanwhile
        return;
      }
      closer = std::jthread([&] { pool.close(); });
      CHECK(eventually([&] { return !pool.try_infer(script(0, Ending::kValue)); }));
      write_file(folder / "it.go");
    });
  } catch (const Error& stopped) {
    error = stopped;
  }
  if (ending == Ending::kHold) {
    CHECK_FALSE(error);
    CHECK(numbers == one_to(2));
  } else {
    REQUIRE(error);
    CHECK(error->code() == ErrorCode::kStopped);
    CHECK(numbers.size() > 1);
  }
}

TEST_CASE("on_part may close the pool, which does not wait for it longer than drain_timeout") {
  Settings settings = streaming_settings();
  settings.drain_timeout = 200ms;
  StreamingPool pool(settings);
  Numbers64 numbers;
  const Error error = error_of([&] {
    pool.infer_stream(script(0, Ending::kGoOn), [&](const Tensor& part) {
      numbers.push_back(number_of(part));
      if (numbers.size() == 3) pool.close();
    });
  });
  CHECK(error.code() == ErrorCode::kStopped);
  CHECK(numbers == one_to(3));
}

TEST_CASE("A worker that is recycled ends its answer first, while its successor serves") {
  const ScratchFolder folder;
  Settings settings = streaming_settings();
  settings.max_requests = 1;
  StreamingPool pool(settings);
  CHECK(number_of(pool.infer(script(0, Ending::kValue))) == 1);  // now it is due for recycling
  Numbers64 numbers;
  pool.infer_stream(script(3, Ending::kHold, folder / "it"), [&](const Tensor& part) {
    numbers.push_back(number_of(part));
    if (numbers.size() > 1) return;
    CHECK(eventually([&] { return pool.stats().workers.at(0).generation > 1; }));
    CHECK(number_of(pool.infer(script(0, Ending::kValue))) == 1);
    write_file(folder / "it.go");
  });
  CHECK(numbers == one_to(3));
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("Garbage in a part, or where none is due, loses the answer as a protocol violation") {
  const char* kind =
      GENERATE("part that is an answer", "part of another request", "part with a block elsewhere",
               "part with a frame elsewhere", "part with bytes after it", "second part first",
               "part where the reply is due", "end with a value", "offset", "noise");
  CAPTURE(kind);
  Settings settings = faulty_settings(1, R"({"garbage": ")" + std::string(kind) + R"("})");
  settings.worker = "garbage_worker";
  Pool<Echo> pool(settings);
  const Tensor input(Datatype::kFp32, {1024});
  int parts = 0;
  const Error error = error_of([&] { pool.infer_stream(input, [&](const Tensor&) { ++parts; }); });
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK_THAT(error.what(), contains("protocol violation") && !contains("part of its answer"));
  CHECK(parts == 0);
  REQUIRE(ready_again(pool, 1));
  pool.infer_stream(input, [&](const Tensor&) { ++parts; });
  CHECK(parts == 1);
  CHECK(pool.stats().in_flight == 0);
}
