// SPDX-License-Identifier: Apache-2.0
#include "core/short_of_memory.hpp"

#include <new>
#include <string>

#include "catch.hpp"

namespace inferpool::core {
namespace {

std::string no_text() { throw std::bad_alloc(); }
Error no_error() { throw std::bad_alloc(); }

// Whether the characters lie in the object, so that it allocated nothing.
bool lies_in_itself(const std::string& text) {
  const char* const object = reinterpret_cast<const char*>(&text);
  return text.data() >= object && text.data() < object + sizeof(text);
}

TEST_CASE("a text for which there is memory is the whole text") {
  CHECK(text_or("lost", [] { return std::string(100, 'x'); }) == std::string(100, 'x'));
}

TEST_CASE("a text for which there is no memory is the short one, which takes none") {
  const std::string text = text_or("startup_timeout", no_text);  // the longest that may be given
  CHECK(text == "startup_timeout");
  CHECK(lies_in_itself(text));
  CHECK_FALSE(lies_in_itself(text + text));
  CHECK(text_or("", no_text).empty());
}

TEST_CASE("an error for which there is memory is the whole error") {
  const Error error = error_or(ErrorCode::kWorkerLost, [] {
    return Error(ErrorCode::kPoisonedRequest, "it ended two workers", {.pid = 77});
  });
  CHECK(error.code() == ErrorCode::kPoisonedRequest);
  CHECK(std::string(error.what()) == "poisoned_request: it ended two workers");
  CHECK(error.details().pid == 77);
}

TEST_CASE("an error for which there is no memory keeps its code") {
  const Error error = error_or(ErrorCode::kWorkerLost, no_error);
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(std::string(error.what()).starts_with("worker_lost: "));
  CHECK(error.details().pid == 0);
}

TEST_CASE("whatever is thrown while a text or an error is made stays inside") {
  CHECK(text_or("lost", []() -> std::string { throw 7; }) == "lost");
  CHECK(error_or(ErrorCode::kStopped, []() -> Error { throw 7; }).code() == ErrorCode::kStopped);
  STATIC_REQUIRE(noexcept(text_or("lost", no_text)));
  STATIC_REQUIRE(noexcept(error_or(ErrorCode::kStopped, no_error)));
}

}  // namespace
}  // namespace inferpool::core
