// SPDX-License-Identifier: Apache-2.0
#include "wire/traceparent.hpp"

#include <algorithm>
#include <cstdint>

#include <inferpool/error.hpp>
#include <inferpool/traceparent.hpp>

#include "core/format.hpp"

namespace inferpool::wire {
namespace {

// version-trace-parent-flags: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
constexpr std::size_t kTraceparentSize = 55;

bool is_lower_hex(std::string_view text) noexcept {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_id(std::string_view text) noexcept {
  return is_lower_hex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

bool well_formed(std::string_view text) noexcept {
  return text.size() == kTraceparentSize && text.starts_with("00-") && is_id(text.substr(3, 32)) &&
         text[35] == '-' && is_id(text.substr(36, 16)) && text[52] == '-' &&
         is_lower_hex(text.substr(53));
}

}  // namespace

void check_traceparent(std::string_view traceparent) {
  if (traceparent.empty() || well_formed(traceparent)) return;
  throw Error(
      ErrorCode::kInvalidArgument,
      core::formatted("the traceparent is \"{}\"{}; accepted: 00-<32 hex digits>-<16 hex "
                      "digits>-<2 hex digits>, in lower case, neither id all zeros (W3C Trace "
                      "Context), or an empty one",
                      traceparent, traceparent.size() == Traceparent::kMost ? "..." : ""));
}

void put_trace(detail::FrameBuffer& frame, std::string_view traceparent) {
  const auto traced = static_cast<std::uint8_t>(!traceparent.empty());
  frame.append(&traced, sizeof(traced));
  if (traced != 0) frame.append(traceparent.data(), traceparent.size());
}

TracedFrame take_trace(std::span<const std::byte> frame) {
  if (frame.empty()) throw detail::Malformed("a request without its first byte");
  const auto traced = std::to_integer<unsigned>(frame.front());
  frame = frame.subspan(1);
  if (traced == 0) return {.rest = frame};
  const std::string_view text(reinterpret_cast<const char*>(frame.data()),
                              std::min(frame.size(), kTraceparentSize));
  if (traced != 1 || !well_formed(text))
    throw detail::Malformed(
        core::formatted("a request with a trace of the unknown kind {}", traced));
  return {.traceparent = text, .rest = frame.subspan(kTraceparentSize)};
}

}  // namespace inferpool::wire
