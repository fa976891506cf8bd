// SPDX-License-Identifier: Apache-2.0
#include "wire/traceparent.hpp"

#include <string>

#include <inferpool/error.hpp>
#include <inferpool/traceparent.hpp>

#include "catch.hpp"

namespace inferpool::wire {
namespace {

using inferpool::test::contains;

const std::string kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

std::string with(std::size_t place, char c) {
  std::string text = kTrace;
  text[place] = c;
  return text;
}

std::string refusal_of(std::string_view text) {
  try {
    check_traceparent(text);
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kInvalidArgument);
    return error.what();
  }
  FAIL("accepted: " << text);
  return {};
}

std::span<const std::byte> bytes(std::string_view text) { return std::as_bytes(std::span(text)); }

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

TEST_CASE("a traceparent of W3C Trace Context is accepted, and so is an absent one") {
  CHECK_NOTHROW(check_traceparent(""));
  CHECK_NOTHROW(check_traceparent(kTrace));
  CHECK_NOTHROW(check_traceparent("00-00000000000000000000000000000001-1000000000000000-ff"));
}

TEST_CASE("a traceparent of another form is refused") {
  const std::string refused[] = {
      kTrace.substr(0, 54),
      kTrace + "0",
      kTrace + "-more",
      with(1, '1'),  // of a later version
      with(0, 'f'),
      with(2, '_'),
      with(35, '_'),
      with(52, '0'),
      with(3, 'A'),
      with(34, 'g'),
      with(51, ' '),
      with(54, 'F'),
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
      std::string(55, '\0'),
      "x",
  };
  for (const std::string& text : refused) CHECK_FALSE(refusal_of(text).empty());
}

TEST_CASE("the refusal of a traceparent shows it and what is accepted") {
  CHECK_THAT(
      refusal_of("00-ABC"),
      contains("\"00-ABC\"") && contains("00-<32 hex digits>-<16 hex digits>-<2 hex digits>"));
  const Traceparent longer(std::string(100'000, 'z'));
  CHECK_THAT(refusal_of(std::string(longer.text())), contains("z\"..."));
}

TEST_CASE("the trace of a request comes before its value") {
  const auto traceparent = GENERATE(std::string(), kTrace);
  detail::FrameBuffer frame;
  put_trace(frame, traceparent);
  frame.append("value", 5);
  const TracedFrame taken = take_trace(frame.bytes());
  CHECK(taken.traceparent == traceparent);
  CHECK(text(taken.rest) == "value");
}

TEST_CASE("a frame without a whole trace is malformed") {
  CHECK_THROWS_AS(take_trace({}), detail::Malformed);
  CHECK_THROWS_AS(take_trace(bytes("\x01")), detail::Malformed);
  CHECK_THROWS_AS(take_trace(bytes("\x01" + kTrace.substr(1))), detail::Malformed);
  CHECK_THROWS_AS(take_trace(bytes("\x01" + with(10, 'X') + "value")), detail::Malformed);
  CHECK_THROWS_AS(take_trace(bytes("\x02" + kTrace)), detail::Malformed);
  CHECK(take_trace(bytes("\x01" + kTrace)).rest.empty());
}

}  // namespace
}  // namespace inferpool::wire
