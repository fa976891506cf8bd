// SPDX-License-Identifier: Apache-2.0
#include "worker/request_context.hpp"

#include <chrono>
#include <optional>
#include <string>

#include <inferpool/error.hpp>

#include "catch.hpp"
#include "core/clock.hpp"
#include "unit/ipc/reply_ends.hpp"

namespace inferpool::worker {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostPayload = 4000;

// A request without a deadline, whose caller waits for its answer.
struct Asked : test::ReplyEnds {
  void set_deadline(core::TimePoint time) { slot.deadline = time.time_since_epoch() / 1ns; }
  ErrorCode refusal_of(Datatype datatype, const Shape& shape, std::string_view text) {
    try {
      (void)context.output(datatype, shape);
    } catch (const Error& error) {
      CHECK_THAT(error.what(), test::contains(std::string(text)));
      return error.code();
    }
    FAIL("it was given");
    return {};
  }

  ipc::RequestSlot& slot = control.request(1);
  RequestContext context{slot, "00-trace", *arena, kMostPayload};
};

TEST_CASE("an output lies in the memory from which replies are sent") {
  Asked asked;
  const Tensor output = asked.context.output<float>({10, 100});
  CHECK(output.shape() == Shape{10, 100});
  CHECK(output.datatype() == Datatype::kFp32);
  CHECK(output.bytes().size() == kMostPayload);
  CHECK(asked.arena->owns(detail::TensorAccess::storage(output)));
}

TEST_CASE("an output over max_payload, or that does not fit, is refused with the reason") {
  Asked asked;
  CHECK(
      asked.refusal_of(Datatype::kUint8, {4001}, "an output of 4001 bytes, max_payload is 4000") ==
      ErrorCode::kPayloadTooLarge);
  CHECK(asked.refusal_of(Datatype::kBytes, {1}, "BYTES") == ErrorCode::kInvalidArgument);
  const detail::StorageRef hog = asked.block(test::ReplyEnds::kBytes - 1024, 0);
  CHECK(asked.refusal_of(Datatype::kUint8, {4000}, "does not fit") == ErrorCode::kOutOfMemory);
}

TEST_CASE("a run is cancelled once its caller has left, whatever parts it took before") {
  Asked asked;
  CHECK_FALSE(asked.context.cancelled());
  asked.slot.caller_word = ipc::kCallerStreams + 3 * ipc::kPartTaken;
  CHECK_FALSE(asked.context.cancelled());
  asked.slot.caller_word |= ipc::kCallerLeft;
  CHECK(asked.context.cancelled());
}

TEST_CASE("a run is cancelled once its deadline has passed") {
  Asked asked;
  asked.set_deadline(core::Clock::now() + 1h);
  CHECK_FALSE(asked.context.cancelled());
  asked.set_deadline(core::Clock::now() - 1ns);
  CHECK(asked.context.cancelled());
}

TEST_CASE("a model is told its caller's deadline, to the nanosecond, and where it is in a trace") {
  Asked asked;
  CHECK_FALSE(asked.context.deadline());
  const core::TimePoint time = core::Clock::now() + 90s;
  asked.set_deadline(time);
  CHECK(asked.context.deadline() == time);
  CHECK(asked.context.traceparent() == "00-trace");
}

}  // namespace
}  // namespace inferpool::worker
