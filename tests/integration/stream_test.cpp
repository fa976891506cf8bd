// SPDX-License-Identifier: Apache-2.0
// Answers in parts: what a caller gets from workers and from a model in its own process.
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "integration/shared_view.hpp"
#include "integration/streamer_calls.hpp"
#include "memory_growth.hpp"
#include "skipped.hpp"
#include "workers/echo.hpp"
#include "workers/streaming_model.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

// The types of the host and of the model. With 0 workers the model runs in this process.
using Pools = Pool<StreamingModel>;

Settings settings_of(int workers) { return streaming_settings(workers); }

// The number of pages, of 4 KiB each, that this process has in its own memory.
long resident_pages() {
  long size = 0;
  long resident = 0;
  long shared = 0;
  std::ifstream("/proc/self/statm") >> size >> resident >> shared;
  return resident - shared;
}

}  // namespace

TEST_CASE("The parts of an answer arrive in order, on the calling thread, and the value is last") {
  const int workers = GENERATE(0, 1, 2);
  Pools pool(settings_of(workers));
  const auto [asked, count] = GENERATE(table<Script, std::int64_t>({
      {script(0), 0},
      {script(0, Ending::kValue), 1},
      {script(1), 1},
      {script(5), 5},
      {script(300, Ending::kValue), 301},
  }));
  const auto thread = std::this_thread::get_id();
  bool here = true;
  Numbers64 numbers;
  pool.infer_stream(asked, [&](const Tensor& part) {
    here = here && std::this_thread::get_id() == thread;
    numbers.push_back(number_of(part));
  });
  CHECK(numbers == one_to(count));
  CHECK(here);
  CHECK(pool.stats().succeeded == 1);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("Parts may be of any size up to max_payload, and one that is larger is an error") {
  const int workers = GENERATE(0, 1);
  Settings settings = settings_of(workers);
  settings.max_payload = 1 << 20;
  Pools pool(settings);
  for (const std::int64_t elements : {0, 8, 32, 33, 2'000, 2'048, 100'000, 131'072}) {
    CAPTURE(elements);
    const Streamed streamed = stream(pool, script(20, Ending::kValue, "", elements));
    CHECK_FALSE(streamed.error);
    CHECK(streamed.numbers == (elements == 0 ? Numbers64(21, 0) : one_to(21)));
  }
  const Streamed refused = stream(pool, script(20, Ending::kValue, "", 131'073));
  REQUIRE(refused.error);
  CHECK(refused.error->code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(refused.error->what(), contains("1048584") && contains("max_payload"));
  CHECK(stream(pool, script(3)).numbers == one_to(3));
}

TEST_CASE("A part comes before the next one is made, and not at the end of the answer") {
  const ScratchFolder folder;
  StreamingPool pool(streaming_settings());
  bool came = false;
  pool.infer_stream(script(1, Ending::kHold, folder / "it"), [&](const Tensor&) {
    came = true;
    write_file(folder / "it.go");  // otherwise the model would wait forever
  });
  CHECK(came);
}

TEST_CASE("A model that answers at once gives its answer as the one part") {
  const int workers = GENERATE(0, 1);
  Settings settings = streaming_settings(workers);
  settings.worker = "echo_worker";
  Pool<Echo> pool(settings);
  int parts = 0;
  pool.infer_stream(Tensor::scalar(7.0F), [&](const Tensor& part) {
    ++parts;
    CHECK(part.values<float>()[0] == 7.0F);
  });
  CHECK(parts == 1);
}

TEST_CASE("A model that streams answers other calls by its value, and its parts are an error") {
  const int workers = GENERATE(0, 1);
  Pools pool(settings_of(workers));
  CHECK(number_of(pool.infer(script(0, Ending::kValue))) == 1);
  CHECK(number_of(pool.submit(script(0, Ending::kValue)).get()) == 1);
  for (const Script& asked : {script(1), script(0), script(3, Ending::kValue)}) {
    const Error error = error_of(pool.try_infer(asked));
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    CHECK_THAT(error.what(), contains("infer_stream"));
    auto future = pool.submit(asked);
    CHECK_THAT(error_of(future).what(), contains("infer_stream"));
  }
  // A model that catches the error may still answer.
  CHECK(number_of(pool.infer(script(0, Ending::kCatch))) == 2);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("What the model throws after parts arrives after them") {
  const int workers = GENERATE(0, 1);
  Pools pool(settings_of(workers));
  const Streamed streamed = stream(pool, script(4, Ending::kThrow));
  CHECK(streamed.numbers == one_to(4));
  REQUIRE(streamed.error);
  CHECK(streamed.error->code() == ErrorCode::kModelFailed);
  CHECK(streamed.error->details().exception_text == "no token 11 in a vocabulary of 10");
  CHECK(stream(pool, script(2)).numbers == one_to(2));
}

TEST_CASE("A caller that has had enough ends the answer, and the model is told") {
  const int workers = GENERATE(0, 1);
  const ScratchFolder folder;
  const auto ending = GENERATE(Ending::kGoOn, Ending::kCatch);
  Pools pool(settings_of(workers));
  Numbers64 numbers;
  pool.infer_stream(script(0, ending, folder / "it"), [&](const Tensor& part) {
    numbers.push_back(number_of(part));
    return numbers.size() < 3;
  });
  CHECK(numbers == one_to(3));
  CHECK(eventually([&] { return exists(folder / "it.caller_word"); }));
  // The worker is not ended for this, and serves the next call.
  CHECK(stream(pool, script(2)).numbers == one_to(2));
  const Stats stats = pool.stats();
  CHECK(stats.succeeded == 2);
  CHECK(stats.failed == 0);
  CHECK(stats.deaths == 0);
}

TEST_CASE("What on_part throws ends the answer and reaches the caller as it is") {
  const int workers = GENERATE(0, 1);
  const ScratchFolder folder;
  const auto ending = GENERATE(Ending::kGoOn, Ending::kCatch, Ending::kValue);
  const std::int64_t parts = ending == Ending::kValue ? 1 : 0;
  Pools pool(settings_of(workers));
  struct Mine {
    int value;
  };
  int caught = 0;
  try {
    pool.infer_stream(script(parts, ending, folder / "it"), [&](const Tensor& part) {
      if (number_of(part) == 2) throw Mine{42};
    });
  } catch (const Mine& mine) {
    caught = mine.value;
  }
  CHECK(caught == 42);
  if (ending != Ending::kValue)
    CHECK(eventually([&] { return exists(folder / "it.caller_word"); }));
  CHECK(stream(pool, script(2)).numbers == one_to(2));
  CHECK(pool.stats().deaths == 0);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("on_part may ask the same pool, and start another stream") {
  const int workers = GENERATE(0, 2);
  Pools pool(settings_of(workers));
  Numbers64 numbers;
  pool.infer_stream(script(3), [&](const Tensor& part) {
    numbers.push_back(number_of(part));
    numbers.push_back(number_of(pool.infer(script(0, Ending::kValue))));
    pool.infer_stream(script(2), [&](const Tensor& inner) { numbers.push_back(number_of(inner)); });
  });
  CHECK(numbers == Numbers64{1, 1, 1, 2, 2, 1, 1, 2, 3, 1, 1, 2});
}

namespace {

// It is not thread_safe.
struct Counter {
  explicit Counter(const Settings& /*settings*/) {}
  std::optional<int> predict(const int& count, Stream<int>& stream, Context& /*context*/) {
    for (int i = 1; i <= count; ++i) stream.send(i);
    return std::nullopt;
  }
};

}  // namespace

TEST_CASE("In the caller's process on_part neither enters a model that runs, nor waits for it") {
  Settings settings;
  settings.workers = 0;
  Pool<Counter> pool(settings);
  std::optional<Error> error;
  pool.infer_stream(2, [&](int) {
    try {
      pool.infer_stream(1, [](int) {});
    } catch (const Error& refused) {
      error = refused;
    }
  });
  REQUIRE(error);
  CHECK(error->code() == ErrorCode::kInvalidArgument);
  CHECK_THAT(error->what(), contains("thread_safe"));
  int parts = 0;
  pool.infer_stream(5, [&](int) { ++parts; });
  CHECK(parts == 5);
}

TEST_CASE("100,000 parts, small and large ones in turn, take no memory for good") {
  StreamingPool pool(streaming_settings());
  const auto run = [&](std::int64_t parts, std::int64_t elements) {
    std::int64_t last = 0;
    bool in_order = true;
    pool.infer_stream(script(parts, Ending::kNothing, "", elements), [&](const Tensor& part) {
      in_order = in_order && number_of(part) == ++last;
    });
    CHECK(in_order);
    CHECK(last == parts);
  };
  const auto all = [&](std::int64_t parts) {
    run(parts * 9 / 10, 1);
    run(parts / 10, 4'000);
  };
  all(10'000);
  const bench::Instrument growth =
      memory_growth("resident memory", resident_pages, static_cast<double>(getpagesize()));
  if (skipped_as_blind(growth)) return;
  // A sanitizer keeps some of the freed memory.
  CHECK(growth.measure([&] { all(90'000); }) < 4 * 1024 * 1024);
  CHECK(pool.stats().payload_in_flight == 0);
}

TEST_CASE("Parts may be kept while the stream goes on, as views as long as there is memory") {
  StreamingPool pool(streaming_settings());
  std::vector<Tensor> kept;
  std::size_t views = 0;
  pool.infer_stream(script(2'000, Ending::kNothing, "", 4'000), [&](const Tensor& part) {
    if (part.values<std::int64_t>().front() > 30) return;
    kept.push_back(part);
    views += lies_in("replies", part) ? 1 : 0;
  });
  REQUIRE(kept.size() == 30);
  CHECK(views > 10);
  std::vector<std::int64_t> numbers;
  for (const Tensor& part : kept) numbers.push_back(number_of(part));
  CHECK(numbers == one_to(30));
}

TEST_CASE("Many streams and other calls at once, in workers of several threads, do not mix") {
  Settings settings = streaming_settings(2);
  settings.concurrency = 2;
  StreamingPool pool(settings);
  std::atomic<int> wrong = 0;
  {
    std::vector<std::jthread> callers;
    for (int c = 0; c < 6; ++c) {
      callers.emplace_back([&, c] {
        for (int i = 0; i < 20; ++i) {
          const std::int64_t elements = c % 2 == 0 ? 1 : 3'000;
          if (stream(pool, script(20 + c, Ending::kValue, "", elements)).numbers != one_to(21 + c))
            ++wrong;
          if (number_of(pool.infer(script(0, Ending::kValue, "", elements))) != 1) ++wrong;
        }
      });
    }
  }
  CHECK(wrong == 0);
  CHECK(pool.stats().succeeded == 240);
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("While one worker streams, others answer what waits behind it") {
  const ScratchFolder folder;
  StreamingPool pool(streaming_settings(2));
  std::vector<std::future<Tensor>> behind;
  pool.infer_stream(script(3), [&](const Tensor& part) {
    if (number_of(part) > 1) return;
    for (int i = 0; i < 20; ++i) behind.push_back(pool.submit(script(0, Ending::kValue)));
    for (auto& future : behind) CHECK(number_of(future.get()) == 1);
  });
  CHECK(behind.size() == 20);
}
