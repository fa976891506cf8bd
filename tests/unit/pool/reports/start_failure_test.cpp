// SPDX-License-Identifier: Apache-2.0
#include "pool/reports/start_failure.hpp"

#include "catch.hpp"

namespace inferpool::pool::reports {
namespace {

template <typename Thrown>
Error error_for(const Thrown& thrown) {
  try {
    made_at_start([&] { throw thrown; });
  } catch (const Error& error) {
    return error;
  }
  FAIL("no error");
  return {ErrorCode::kStopped, ""};
}

TEST_CASE("what the system refuses at the start is startup_failed, and says what it was") {
  const Error error = error_for(std::runtime_error("memfd_create: Too many open files"));
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK(error.phase() == Phase::kStarting);
  CHECK_THAT(error.what(), test::contains("could not be started: memfd_create: Too many open"));
  CHECK_THAT(error_for(std::bad_alloc()).what(), test::contains("memory is used up"));
}

TEST_CASE("an Error stays as it is, and so does what was made") {
  CHECK(error_for(Error(ErrorCode::kInvalidSettings, "workers")).code() ==
        ErrorCode::kInvalidSettings);
  CHECK(made_at_start([] { return 3; }) == 3);
}

}  // namespace
}  // namespace inferpool::pool::reports
