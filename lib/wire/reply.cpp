// SPDX-License-Identifier: Apache-2.0
#include "wire/reply.hpp"

#include "core/format.hpp"

namespace inferpool::wire {

bool reaches_caller(ErrorCode code) noexcept {
  return code == ErrorCode::kInvalidArgument || code == ErrorCode::kOutOfMemory ||
         code == ErrorCode::kPayloadTooLarge;
}

void encode_failure(Encoder& reply) {
  const core::Failure failure = core::current_failure();
  try {
    throw;
  } catch (const Error& error) {
    if (reaches_caller(error.code())) {
      reply.put(ReplyKind::kRefused);
      reply.put(error.code());
      reply.put_string(failure.text);
      return;
    }
  } catch (...) {
    // Every other exception is one of the model: see below.
  }
  reply.put(ReplyKind::kModelFailed);
  reply.put_string(failure.type);
  reply.put_string(failure.text);
}

std::optional<Error> decode_failure(Decoder& reply, std::uint64_t request_id) {
  switch (reply.take<ReplyKind>()) {
    case ReplyKind::kAnswer:
      return std::nullopt;
    case ReplyKind::kModelFailed: {
      core::Failure failure;
      failure.type = reply.take_string();
      failure.text = reply.take_string();
      return model_failed(failure, request_id);
    }
    case ReplyKind::kRefused: {
      const auto code = reply.take<ErrorCode>();
      std::string text = reply.take_string();
      if (!reaches_caller(code)) break;
      const std::string prefix = core::formatted("{}: ", name(code));
      if (text.starts_with(prefix)) text.erase(0, prefix.size());
      ErrorDetails details;
      details.phase = Phase::kRunning;
      details.request_id = request_id;
      return Error(code, text, std::move(details));
    }
    case ReplyKind::kPart:
    case ReplyKind::kEnd:
      break;  // no such reply is expected here
  }
  throw detail::Malformed("a reply of no known kind");
}

bool is_end(std::span<const std::byte> frame) noexcept {
  return frame.size() == 1 && frame.front() == static_cast<std::byte>(ReplyKind::kEnd);
}

void take_part(Decoder& part) {
  if (part.take<ReplyKind>() != ReplyKind::kPart)
    throw detail::Malformed("a part whose first byte is not that of a part");
}

Error model_failed(const core::Failure& failure, std::uint64_t request_id) {
  ErrorDetails details;
  details.phase = Phase::kRunning;
  details.request_id = request_id;
  details.exception_type = failure.type;
  details.exception_text = failure.text;
  return {ErrorCode::kModelFailed,
          core::formatted("the model threw {}{}{}", failure.type, failure.text.empty() ? "" : ": ",
                          failure.text),
          std::move(details)};
}

}  // namespace inferpool::wire
