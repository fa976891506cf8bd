// SPDX-License-Identifier: Apache-2.0
// Extreme values in the options of one call, in waits and in loans.
#include <limits>

#include "catch.hpp"
#include "integration/actor_calls.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

InferOptions options_of(std::optional<Duration> timeout, std::optional<TimePoint> deadline) {
  InferOptions options;
  options.timeout = timeout;
  options.deadline = deadline;
  return options;
}

// The error of a call by each verb, or none.
std::vector<std::optional<ErrorCode>> codes_of(Pool<Actor>& pool, const InferOptions& options) {
  const auto code_of = [](auto call) -> std::optional<ErrorCode> {
    try {
      call();
      return std::nullopt;
    } catch (const Error& error) {
      return error.code();
    }
  };
  std::promise<Response> handled;
  pool.async_infer(act("echo"), options, [&](Result<Response> result) {
    if (result) return handled.set_value(*std::move(result));
    handled.set_exception(std::make_exception_ptr(result.error()));
  });
  return {code_of([&] { pool.infer(act("echo"), options); }),
          code_of([&] { pool.submit(act("echo"), options).get(); }),
          code_of([&] { handled.get_future().get(); }), code_of([&] {
            pool.infer_stream(
                act("echo"), [](const Response&) {}, options);
          })};
}

TEST_CASE("a timeout or deadline that no clock reaches counts as none, by each verb", "[H10]") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  for (const InferOptions& options :
       {options_of(Duration::max(), {}), options_of(Duration::max() - 1ns, {}),
        options_of(std::chrono::hours(24 * 365 * 250), {}), options_of({}, TimePoint::max()),
        options_of({}, TimePoint::max() - 1ns), options_of(Duration::max(), TimePoint::max())}) {
    for (const auto& code : codes_of(pool, options)) CHECK_FALSE(code);
  }
  CHECK(pool.stats().failed == 0);
}

TEST_CASE("a timeout of 0 or less, and a deadline before now, have passed, by each verb", "[H10]") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  for (const InferOptions& options :
       {options_of(Duration::min(), {}), options_of(-1ns, {}), options_of(0ns, {}),
        options_of({}, TimePoint::min()), options_of({}, TimePoint()),
        options_of(Duration::max(), TimePoint::min()),
        options_of(Duration::min(), TimePoint::max())}) {
    for (const auto& code : codes_of(pool, options)) CHECK(code == ErrorCode::kDeadlineExceeded);
  }
  CHECK(pool.stats().succeeded == 0);
}

TEST_CASE("a call's own timeout that no clock reaches lifts that of the pool", "[H10]") {
  Settings settings = actor_settings(1);
  settings.request_timeout = 1ns;
  Pool<Actor> pool(settings);
  CHECK(pool.infer(act("echo"), {.timeout = Duration::max()}).outputs.empty());
  CHECK(pool.try_infer(act("echo")).error().code() == ErrorCode::kDeadlineExceeded);
}

TEST_CASE("wait_ready takes every time there is", "[H10]") {
  const ScratchFolder folder;
  Gate gate(folder / "gate");
  Settings settings = actor_settings(1);
  settings.start_in_background = true;
  settings.uri = folder / "gate";
  Pool<Actor> pool(settings);
  CHECK_FALSE(pool.wait_ready(TimePoint::min()));
  CHECK_FALSE(pool.wait_ready(TimePoint()));
  CHECK_FALSE(pool.wait_ready(Clock::now()));
  gate.open_for_all();
  CHECK(pool.wait_ready(TimePoint::max()));
  CHECK(pool.wait_ready(TimePoint::min()));
}

TEST_CASE("a loan of any size is made or refused in words", "[H10]") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  CHECK(pool.loan<float>({0}).bytes().empty());
  CHECK(pool.loan<float>({kMost, 0}).bytes().empty());
  const std::vector<std::function<Shape()>> shapes = {
      [] { return Shape{kMost}; },
      [] {
        return Shape{kMost, kMost};
      },
      [] { return Shape{kMost / 4}; },
      [] { return Shape{1LL << 40}; },
      [] {
        return Shape{1LL << 31, 1LL << 31, 4};
      },
      [] { return Shape{-1}; },
      [] { return Shape{std::numeric_limits<std::int64_t>::min()}; }};
  for (const auto& shape : shapes) {
    const Error error = error_of([&] { return pool.loan<float>(shape()); });
    CAPTURE(error.what());
    CHECK((error.code() == ErrorCode::kPayloadTooLarge ||
           error.code() == ErrorCode::kInvalidArgument));
  }
  CHECK(pool.stats().payload_in_flight == 0);
  CHECK(pool.infer(act("echo")).outputs.empty());
}

}  // namespace
}  // namespace inferpool::test
