// SPDX-License-Identifier: Apache-2.0
#include "tools/advise/callers.hpp"

#include <algorithm>

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

Settings timed(const std::string& extra) {
  Settings settings;
  settings.worker = "timed_worker";
  settings.workers = 1;
  settings.extra = extra;
  return settings;
}

TEST_CASE("the worker by which times are tested takes the time that it is told to") {
  const ModelInput input = Tensor::scalar(1.0F);
  const auto takes = [&](const std::string& extra) {
    UntypedPool pool(timed(extra), input);
    std::vector<Duration> calls;
    for (int i = 0; i < 20; ++i) {
      const TimePoint begin = Clock::now();
      static_cast<void>(pool.infer(input));
      calls.push_back(Clock::now() - begin);
    }
    return std::ranges::min(calls);
  };
  CHECK(takes(R"({"wait_us": 50000})") >= 50ms);
  CHECK(takes("{}") < 50ms);  // the quickest of twenty
}

TEST_CASE("callers call until they are stopped, and know when each of their calls ended") {
  const ModelInput input = Tensor::scalar(1.0F);
  UntypedPool pool(timed("{}"), input);
  const TimePoint begin = Clock::now();
  Callers callers(pool, input, 3);
  callers.wait(begin + 20ms, 10);
  CHECK(Clock::now() >= begin + 20ms);
  const std::vector<TimePoint> ends = callers.stop();
  CHECK(ends.size() >= 10);
  CHECK(pool.stats().succeeded == ends.size());
  CHECK(
      std::ranges::all_of(ends, [&](TimePoint end) { return end > begin && end < Clock::now(); }));
}

TEST_CASE("callers end with the error of a call, whatever they were to wait for") {
  const ModelInput input = Tensor::scalar(1.0F);
  UntypedPool pool(timed(R"({"throw_at": 5})"), input);
  Callers callers(pool, input, 2);
  ErrorCode code{};
  try {
    callers.wait(Clock::now() + 1h, 1'000'000);
  } catch (const Error& error) {
    code = error.code();
  }
  CHECK(code == ErrorCode::kModelFailed);
  CHECK_THROWS_AS(callers.stop(), Error);
}

}  // namespace
}  // namespace inferpool::test
