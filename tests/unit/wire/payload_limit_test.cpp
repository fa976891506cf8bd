// SPDX-License-Identifier: Apache-2.0
#include "wire/payload_limit.hpp"

#include <inferpool/error.hpp>

#include "catch.hpp"

namespace inferpool::wire {
namespace {

TEST_CASE("as many bytes as max_payload allows are accepted") {
  CHECK_NOTHROW(check_payload("an output", 0, 0));
  CHECK_NOTHROW(check_payload("an output", 4096, 4096));
}

TEST_CASE("one byte more is payload_too_large, with both numbers and what to raise") {
  try {
    check_payload("an output", 4097, 4096);
    FAIL("it was accepted");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kPayloadTooLarge);
    CHECK(std::string(error.what()) ==
          "payload_too_large: an output of 4097 bytes, max_payload is 4096; raise max_payload or "
          "shared_memory_limit");
  }
}

}  // namespace
}  // namespace inferpool::wire
