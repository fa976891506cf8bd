// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include <inferpool/detail/frame.hpp>
#include <inferpool/error.hpp>

#include "core/failure.hpp"

namespace inferpool::wire {

// The first byte of a reply's frame; an answer's value follows, or what is named here.
enum class ReplyKind : std::uint8_t {
  kAnswer = 1,
  kModelFailed = 2,  // exception type, text
  kRefused = 3,      // an ErrorCode of ours for which reaches_caller is true, message
  kPart = 4,         // of an answer; its value follows, and its published word says so, too
  kEnd = 5,          // of an answer that was its parts
};

// Whether an Error of ours keeps its code when it ends a predict: it asks the caller to correct the
// call, or the host's side to change a setting.
[[nodiscard]] bool reaches_caller(ErrorCode code) noexcept;

// Writes the reply for the exception under way. To be called in a catch block, on an empty frame.
void encode_failure(Encoder& reply);

// Takes the first byte and, where the reply is no answer, the rest: the error for the caller.
// Throws detail::Malformed.
std::optional<Error> decode_failure(Decoder& reply, std::uint64_t request_id);

// Whether the frame of a reply says that the answer was its parts.
[[nodiscard]] bool is_end(std::span<const std::byte> frame) noexcept;

// Takes the first byte of a part's frame. Throws detail::Malformed where it is none.
void take_part(Decoder& part);

// model_failed for an exception of the model, wherever it ran.
[[nodiscard]] Error model_failed(const core::Failure& failure, std::uint64_t request_id);

}  // namespace inferpool::wire
