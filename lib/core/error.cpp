// SPDX-License-Identifier: Apache-2.0
#include <inferpool/error.hpp>

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

Error::Error(ErrorCode code, std::string_view message, ErrorDetails details)
    : code_(code),
      content_(std::make_shared<const Content>(
          Content{formatted("{}: {}", name(code), message), std::move(details)})) {}

const char* Error::what() const noexcept { return content_->text.c_str(); }

const ErrorDetails& Error::details() const noexcept { return content_->details; }

}  // namespace inferpool
