// SPDX-License-Identifier: Apache-2.0
// Available answers that are not read, because their callers are busy with a part, or because a
// process that shares the worker's memory takes the answers back.
#include <atomic>
#include <thread>

#include "integration/actor_calls.hpp"
#include "integration/streamer_calls.hpp"

namespace inferpool::test {
namespace {

// A caller that is busy with the only part of its answer until this object is destroyed. The answer
// is over.
class BusyCaller {
 public:
  explicit BusyCaller(StreamingPool& pool)
      : caller_([this, &pool] {
          pool.infer_stream(script(1), [this](const Tensor&) {
            busy_ = true;
            eventually([this] { return enough_.load(); }, 60s);
          });
          ended_ = true;
        }) {
    if (!eventually([this] { return busy_.load(); })) throw std::runtime_error("no part came");
  }
  ~BusyCaller() { enough_ = true; }
  BusyCaller(const BusyCaller&) = delete;
  BusyCaller& operator=(const BusyCaller&) = delete;

  bool ends() {
    enough_ = true;
    return eventually([this] { return ended_.load(); });
  }

 private:
  std::atomic<bool> busy_{false}, enough_{false}, ended_{false};
  std::jthread caller_;
};

// Whether `count` calls are answered correctly.
bool answers(StreamingPool& pool, int count) {
  for (int i = 0; i < count; ++i) {
    if (number_of(pool.infer(script(0, Ending::kValue), {.timeout = 20s})) != 1) return false;
  }
  return true;
}

TEST_CASE("A request that hangs behind an answer whose caller is busy is ended by hang_timeout",
          "[H1]") {
  const ScratchFolder folder;
  Settings settings = streaming_settings();
  settings.hang_timeout = 2s;
  StreamingPool pool(settings);
  BusyCaller busy(pool);
  auto hangs = pool.submit(script(0, Ending::kSleep, folder / "it"));
  REQUIRE(eventually([&] { return exists(folder / "it"); }));
  CHECK(eventually([&] { return pool.stats().workers[0].running_for > 100ms; }));
  const Error error = error_of(hangs);
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().hung);
  CHECK(error.details().worker_index == 0);
  REQUIRE(ready_again(pool, 1));
  CHECK(answers(pool, 1));
  CHECK(busy.ends());  // its answer was available
  CHECK(pool.stats().hung == 1);
  CHECK(pool.stats().failed == 1);
}

TEST_CASE("A worker goes on with what waits while the callers of its answers are busy", "[H1]") {
  StreamingPool pool(streaming_settings());
  BusyCaller first(pool);
  BusyCaller second(pool);
  BusyCaller third(pool);
  CHECK(answers(pool, 3));
  CHECK(first.ends());
  CHECK(second.ends());
  CHECK(third.ends());
}

TEST_CASE("A caller that is busy with a part keeps no worker from being recycled", "[H7]") {
  Settings settings = streaming_settings(2);
  settings.max_requests = 5;
  StreamingPool pool(settings);
  BusyCaller busy(pool);
  CHECK(eventually([&] { return !answers(pool, 10) || pool.stats().recycled >= 4; }, 60s));
  CHECK(busy.ends());
  CHECK(pool.stats().recycled >= 4);
  CHECK(pool.stats().failed == 0);
  CHECK(pool.stats().deaths == 0);
}

TEST_CASE("close does not wait for a caller that is busy with a part of an answer that is over",
          "[H7]") {
  Settings settings = streaming_settings();
  settings.drain_timeout = 50s;
  StreamingPool pool(settings);
  BusyCaller busy(pool);
  REQUIRE(eventually([&] { return pool.stats().workers[0].in_flight == 0; }));
  const auto start = std::chrono::steady_clock::now();
  pool.close();
  CHECK(std::chrono::steady_clock::now() - start < 40s);
  CHECK(busy.ends());
  CHECK(pool.stats().failed == 0);
  CHECK(pool.stats().deaths == 0);
}

Settings taking_back(const std::string& extra) {
  Settings settings = streaming_settings();
  settings.worker = "take_back_worker";
  settings.extra = extra;
  return settings;
}

TEST_CASE("A call whose available answer is taken back after its worker died ends as worker_lost",
          "[H9]") {
  const ScratchFolder folder;
  const auto& [left, then] = GENERATE(table<std::string, std::string>(
      {{"answer", "take back"}, {"answer", "make a part"}, {"part", "take back"}}));
  CAPTURE(left, then);
  const std::string go = folder / "go";
  StreamingPool pool(taking_back(R"({"left": ")" + left + R"(", "then": ")" + then +
                                 R"(", "go": ")" + go + R"("})"));
  Numbers64 numbers;
  const Error error = error_of([&] {
    pool.infer_stream(script(2), [&](const Tensor& part) {
      numbers.push_back(number_of(part));
      if (numbers.size() > 1) return;
      CHECK(eventually([&] { return pool.stats().deaths == 1; }));
      write_file(go);
      CHECK(eventually([&] { return exists(go + ".done"); }));
    });
  });
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(numbers == one_to(1));
  REQUIRE(ready_again(pool, 1));
  CHECK(answers(pool, 2));
  CHECK(pool.stats().in_flight == 0);
}

TEST_CASE("A call ends even if its living worker hides the answer whenever its caller looks",
          "[H9]") {
  Settings settings = taking_back(R"({"left": "hide"})");
  settings.spin = 0ns;
  settings.hang_timeout =
      8s;  // so the pool looks every half second; the answer is available for 0.9 s
  settings.drain_timeout = 1s;
  const bool blocking = GENERATE(false, true);
  StreamingPool pool(settings);
  const Script request = script(0, Ending::kValue);
  std::future<Tensor> call =
      blocking ? std::async(std::launch::async, [&] { return pool.infer(request); })
               : pool.submit(request);
  REQUIRE(call.wait_for(30s) == std::future_status::ready);
  try {
    const Tensor answer = call.get();  // the caller may see it in time
    CHECK(number_of(answer) == 1);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK_THAT(error.what(), contains("it took an answer back"));
  }
}

TEST_CASE("A call ends even if its dead worker's answer comes and goes, by each verb", "[H9]") {
  StreamingPool pool(taking_back(R"({"left": "flicker"})"));
  const auto lost_or_answered = [](auto call) {
    try {
      return number_of(call()) == 1;
    } catch (const Error& error) {
      return error.code() == ErrorCode::kWorkerLost;
    }
  };
  const Script request = script(0, Ending::kValue);
  std::vector<std::future<Tensor>> calls;
  for (int i = 0; i < 3; ++i) {
    calls.push_back(std::async(std::launch::async, [&] { return pool.infer(request); }));
    calls.push_back(pool.submit(request));
    calls.push_back(std::async(std::launch::async, [&] {
      Tensor last;
      pool.infer_stream(request, [&](Tensor part) { last = std::move(part); });
      return last;
    }));
    for (std::future<Tensor>& call : calls) {
      REQUIRE(call.wait_for(20s) == std::future_status::ready);
      CHECK(lost_or_answered([&] { return call.get(); }));
    }
    calls.clear();
  }
  CHECK(eventually([&] { return pool.stats().in_flight == 0; }));
}

}  // namespace
}  // namespace inferpool::test
