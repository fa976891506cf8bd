// SPDX-License-Identifier: Apache-2.0
#include "tools/error_details.hpp"

#include "catch.hpp"

namespace inferpool::test {
namespace {

using namespace tools;

TEST_CASE("the details of an error are what its text leaves out") {
  ErrorDetails details;
  details.phase = Phase::kRunning;
  details.exception_type = "std::domain_error";
  details.stderr_tail = "loading\nno memory";
  const Error told(ErrorCode::kStartupFailed, "std::domain_error: ...\nloading\nno memory",
                   details);
  CHECK(error_details(told) == "  phase: running\n");
  const Error untold(ErrorCode::kWorkerLost, "gone", details);
  CHECK(error_details(untold) ==
        "  phase: running\n"
        "  exception: std::domain_error\n"
        "  the worker's last output:\n"
        "loading\nno memory\n");
  CHECK(error_details(Error(ErrorCode::kQueueFull, "full")).empty());
}

}  // namespace
}  // namespace inferpool::test
