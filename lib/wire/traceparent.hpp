// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include <inferpool/detail/frame.hpp>

namespace inferpool::wire {

// The name of the parameter of a Request that has it.
inline constexpr std::string_view kTraceparent = "traceparent";

// Throws Error (invalid_argument) for a text that is neither empty nor a traceparent of W3C Trace
// Context, version 00.
void check_traceparent(std::string_view traceparent);

// A request's frame begins with its trace: a byte 0, or a byte 1 and the traceparent.

// Requires an empty frame and a checked `traceparent`.
void put_trace(detail::FrameBuffer& frame, std::string_view traceparent);

struct TracedFrame {
  std::string_view traceparent = {};     // empty: none
  std::span<const std::byte> rest = {};  // the value
};

// Returns views of the frame. Throws detail::Malformed.
[[nodiscard]] TracedFrame take_trace(std::span<const std::byte> frame);

}  // namespace inferpool::wire
