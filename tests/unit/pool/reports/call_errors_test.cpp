// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/call_errors.hpp"

#include <new>
#include <optional>
#include <stdexcept>
#include <string>

#include "catch.hpp"

namespace inferpool::pool::reports {
namespace {

using Rethrow = void (*)(std::uint64_t);

// What `rethrow` makes of an exception of the codec of request 9.
template <typename Thrown>
Error rethrown(Rethrow rethrow, const Thrown& thrown) {
  try {
    try {
      throw thrown;
    } catch (...) {
      rethrow(9);
    }
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return stopped();
}

TEST_CASE("the error of a call that was given up names request and reason and time and worker") {
  const Error late =
      given_up(ErrorCode::kDeadlineExceeded, 9, Phase::kQueued, "before a worker started it");
  CHECK(
      late.what() ==
      std::string("deadline_exceeded: request 9: its deadline passed before a worker started it"));
  CHECK(late.details().phase == Phase::kQueued);
  CHECK(late.details().request_id == 9);
  CHECK(late.details().worker_index == -1);
  const Error left = given_up(ErrorCode::kCancelled, 9, Phase::kRunning, "while it ran", 3);
  CHECK(left.what() == std::string("cancelled: request 9: its caller gave it up while it ran"));
  CHECK(left.details().worker_index == 3);
}

TEST_CASE("a full queue is reported with its length and the setting that bounds it") {
  const Error error = queue_full(5, 4);
  CHECK(error.code() == ErrorCode::kQueueFull);
  CHECK_THAT(error.what(), test::contains("5 requests wait already, max_queue_size is 4"));
}

TEST_CASE("what a codec threw is the caller's fault in a request and the model's in a reply") {
  const std::runtime_error thrown("no field age");
  const Error request = rethrown(rethrow_unencodable, thrown);
  CHECK(request.what() == std::string("invalid_argument: the request could not be encoded: its "
                                      "codec threw std::runtime_error: no field age"));
  CHECK(request.details().phase == Phase::kNone);
  const Error reply = rethrown(rethrow_undecodable, thrown);
  CHECK(reply.what() == std::string("model_failed: the reply could not be decoded: its codec "
                                    "threw std::runtime_error: no field age"));
  CHECK(reply.details().phase == Phase::kRunning);
  for (const Error& error : {request, reply}) {
    CHECK(error.details().request_id == 9);
    CHECK(error.details().exception_type == "std::runtime_error");
    CHECK(error.details().exception_text == "no field age");
  }
}

TEST_CASE("an Error of a codec stays as it is and lack of memory is the host's own") {
  for (const Rethrow rethrow : {rethrow_unencodable, rethrow_undecodable}) {
    CHECK(rethrown(rethrow, Error(ErrorCode::kPayloadTooLarge, "as thrown")).what() ==
          std::string("payload_too_large: as thrown"));
    const Error error = rethrown(rethrow, std::bad_alloc());
    CHECK(error.code() == ErrorCode::kOutOfMemory);
    CHECK_THAT(error.what(), test::contains("the host's own memory is used up"));
  }
  CHECK(rethrown(rethrow_unencodable, 42).what() ==
        std::string("invalid_argument: the request could not be encoded: its codec threw int"));
}

}  // namespace
}  // namespace inferpool::pool::reports
