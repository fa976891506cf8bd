// SPDX-License-Identifier: Apache-2.0
#include <inferpool/error.hpp>

#include <cstddef>
#include <new>

#include "core/format.hpp"

namespace inferpool {

std::string_view name(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidSettings:
      return "invalid_settings";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument";
    case ErrorCode::kModelFailed:
      return "model_failed";
    case ErrorCode::kWorkerLost:
      return "worker_lost";
    case ErrorCode::kPoisonedRequest:
      return "poisoned_request";
    case ErrorCode::kDeadlineExceeded:
      return "deadline_exceeded";
    case ErrorCode::kStartupFailed:
      return "startup_failed";
    case ErrorCode::kUnavailable:
      return "unavailable";
    case ErrorCode::kQueueFull:
      return "queue_full";
    case ErrorCode::kPayloadTooLarge:
      return "payload_too_large";
    case ErrorCode::kOutOfMemory:
      return "out_of_memory";
    case ErrorCode::kCancelled:
      return "cancelled";
    case ErrorCode::kStopped:
      return "stopped";
  }
  return "?";
}

std::string_view name(Phase phase) noexcept {
  switch (phase) {
    case Phase::kNone:
      return "none";
    case Phase::kStarting:
      return "starting";
    case Phase::kQueued:
      return "queued";
    case Phase::kRunning:
      return "running";
  }
  return "?";
}

// Formatted once: what() must not allocate and must stay valid while any copy lives.
struct Error::Content {
  std::string text;
  ErrorDetails details;
};

namespace {

// The text of an error that has no content, because there was no memory for it.
const char* fixed_text(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kInvalidSettings:
      return "invalid_settings: there was no memory to say more";
    case ErrorCode::kInvalidArgument:
      return "invalid_argument: there was no memory to say more";
    case ErrorCode::kModelFailed:
      return "model_failed: there was no memory to say more";
    case ErrorCode::kWorkerLost:
      return "worker_lost: there was no memory to say more";
    case ErrorCode::kPoisonedRequest:
      return "poisoned_request: there was no memory to say more";
    case ErrorCode::kDeadlineExceeded:
      return "deadline_exceeded: there was no memory to say more";
    case ErrorCode::kStartupFailed:
      return "startup_failed: the host's own memory is used up";
    case ErrorCode::kUnavailable:
      return "unavailable: there was no memory to say more";
    case ErrorCode::kQueueFull:
      return "queue_full: there was no memory to say more";
    case ErrorCode::kPayloadTooLarge:
      return "payload_too_large: there was no memory to say more";
    case ErrorCode::kOutOfMemory:
      return "out_of_memory: the host's own memory is used up";
    case ErrorCode::kCancelled:
      return "cancelled: there was no memory to say more";
    case ErrorCode::kStopped:
      return "stopped: there was no memory to say more";
  }
  return "?: there was no memory to say more";
}

// Never destroyed: an error may be read when static objects are gone.
const ErrorDetails& no_details() noexcept {
  alignas(ErrorDetails) static std::byte place[sizeof(ErrorDetails)];
  static const ErrorDetails& none = *::new (place) ErrorDetails;
  return none;
}

}  // namespace

Error::Error(ErrorCode code, std::string_view message, ErrorDetails details) : code_(code) {
  try {
    content_ = std::make_shared<const Content>(
        Content{core::formatted("{}: {}", name(code), message), std::move(details)});
  } catch (const std::bad_alloc&) {  // the error has only its code
  }
}

const char* Error::what() const noexcept {
  return content_ ? content_->text.c_str() : fixed_text(code_);
}

const ErrorDetails& Error::details() const noexcept {
  return content_ ? content_->details : no_details();
}

}  // namespace inferpool
