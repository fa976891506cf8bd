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

// The first byte of a reply's frame. The value of the answer follows, or the fields named here.
enum class ReplyKind : std::uint8_t {
  kAnswer = 1,
  kModelFailed = 2,  // exception type, text
  kRefused = 3,      // an ErrorCode for which reaches_caller is true, message
  kPart = 4,         // a part of an answer: its value follows; the published word also marks it
  kEnd = 5,          // the end of an answer whose parts were all sent
};

// Whether an Error that ends a predict keeps its code, because the caller must correct the call, or
// the host a setting.
[[nodiscard]] bool reaches_caller(ErrorCode code) noexcept;

// Writes the reply for the current exception. Call it in a catch block, on an empty frame.
void encode_failure(Encoder& reply);

// Takes the first byte and, if the reply is not an answer, the rest: the error for the caller.
// Throws detail::Malformed.
std::optional<Error> decode_failure(Decoder& reply, std::uint64_t request_id);

// Whether the frame of a reply says that all parts of the answer were sent.
[[nodiscard]] bool is_end(std::span<const std::byte> frame) noexcept;

// Takes the first byte of a part's frame. Throws detail::Malformed if it is not a part.
void take_part(Decoder& part);

// model_failed for an exception of the model, in a worker or in the host.
[[nodiscard]] Error model_failed(const core::Failure& failure, std::uint64_t request_id);

}  // namespace inferpool::wire
