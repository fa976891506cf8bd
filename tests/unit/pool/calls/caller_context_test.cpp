// SPDX-License-Identifier: Apache-2.0
#include "pool/calls/caller_context.hpp"

#include <inferpool/error.hpp>

#include <string>

#include "catch.hpp"

namespace inferpool::pool::calls {
namespace {

using namespace std::chrono_literals;

constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST_CASE("an output in the caller's thread may have max_payload bytes and not one value more") {
  CallerContext context({}, {}, 4000);
  Tensor output = context.output(Datatype::kFp32, {10, 100});
  CHECK(output.shape() == Shape{10, 100});
  CHECK(output.bytes().size() == 4000);
  std::ranges::fill(output.mutable_values<float>(), 1.5F);
  CHECK(output.values<float>().back() == 1.5F);
  try {
    (void)context.output(Datatype::kFp32, {1001});
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kPayloadTooLarge);
    CHECK_THAT(error.what(), test::contains("an output of 4004 bytes, max_payload is 4000"));
  }
}

TEST_CASE("a run in the caller's thread is cancelled once its caller asks it to stop") {
  std::stop_source source;
  InferOptions options;
  options.stop = source.get_token();
  const CallerContext context({}, options, 0);
  CHECK_FALSE(context.cancelled());
  source.request_stop();
  CHECK(context.cancelled());
}

TEST_CASE("a run in the caller's thread is cancelled once its deadline has passed and knows it") {
  const core::TimePoint now = core::Clock::now();
  const CallerContext late(now - 1ns, {}, 0);
  const CallerContext early(now + 1h, {}, 0);
  CHECK(late.cancelled());
  CHECK_FALSE(early.cancelled());
  CHECK(early.deadline() == now + 1h);
  CHECK_FALSE(CallerContext({}, {}, 0).deadline());
}

TEST_CASE("a run in the caller's thread has the trace of its call") {
  InferOptions options;
  options.traceparent = kTrace;
  CHECK(CallerContext({}, options, 0).traceparent() == kTrace);
}

}  // namespace
}  // namespace inferpool::pool::calls
