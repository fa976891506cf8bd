// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace inferpool {

// What happened, one code for each reaction of the caller.
enum class ErrorCode : std::uint8_t {
  kInvalidSettings,  // a setting is wrong: correct it
  kInvalidArgument,  // pool or model: the input (or an output's use) is wrong: correct the call
  kModelFailed,      // the model threw: the input or the model is wrong; the worker goes on
  kWorkerLost,  // the worker ended while it ran the request (with Retry::kNever: or had it): try
                // again if running twice is harmless
  kPoisonedRequest,   // two workers ended while they ran this request: do not send it again
  kDeadlineExceeded,  // the request's time was over, queued or running (see Error::phase)
  kStartupFailed,     // no worker could be started: see the cause
  kUnavailable,       // no worker lives and starting them fails again and again: try later
  kQueueFull,         // overload: try later, or elsewhere
  kPayloadTooLarge,   // the request or the reply is larger than max_payload
  kOutOfMemory,       // shared memory is used up: drop outputs, or raise shared_memory_limit
  kCancelled,         // the caller gave up
  kStopped,           // the pool is closed
};

// The name of the code in messages and documents: "worker_lost".
[[nodiscard]] std::string_view name(ErrorCode code) noexcept;

// Where a request was when it failed.
enum class Phase : std::uint8_t { kNone, kStarting, kQueued, kRunning };

[[nodiscard]] std::string_view name(Phase phase) noexcept;

// What a process and the children that it waited for used until its end, as the kernel counts it.
struct ResourceUsage {
  std::chrono::nanoseconds user_time = {};
  std::chrono::nanoseconds system_time = {};
  // The most bytes at any time. A fork counts from its first moment, so this is at least what the
  // host had when it started the worker.
  std::uint64_t max_resident = 0;
  std::uint64_t major_faults = 0;  // pages that had to be read from a disk
};

// What is known beyond the code. A field that does not apply has its default value.
struct ErrorDetails {
  Phase phase = Phase::kNone;
  std::uint64_t request_id = 0;
  int worker_index = -1;
  int pid = 0;
  std::optional<int> signal = {};       // the worker was ended by this signal
  std::optional<int> exit_status = {};  // the worker ended by itself with this status
  // Of the worker that ended; none if the host reaps its children elsewhere or ignores SIGCHLD.
  std::optional<ResourceUsage> usage = {};
  // The pool ended the worker, because a run went on past hang_timeout or cancel_grace. stderr_tail
  // then has its stack, if the worker could still write it.
  bool hung = false;
  // Probably the kernel's OOM killer ended the worker: it got a SIGKILL that the pool did not send,
  // and the kernel counted an OOM kill in its memory cgroup (without a cgroup: on the machine).
  bool oom_killed = false;
  std::string stderr_tail = {};     // the last 4 KiB that the worker wrote, if any
  std::string exception_type = {};  // of the model's exception, demangled
  std::string exception_text = {};  // its what()
};

// Every failure that inferpool reports. what() is "<code>: <sentence>", with the value, the limit
// and the setting to change if there is one. Copies are cheap and share their text. Without memory
// for the text, the Error has its code, a fixed sentence and no details.
class Error : public std::exception {
 public:
  Error(ErrorCode code, std::string_view message, ErrorDetails details = {});
  // A move copies, so an Error that was moved from keeps its text.
  Error(const Error&) noexcept = default;
  Error& operator=(const Error&) noexcept = default;
  ~Error() override = default;

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }
  [[nodiscard]] const char* what() const noexcept override;
  [[nodiscard]] const ErrorDetails& details() const noexcept;
  [[nodiscard]] Phase phase() const noexcept { return details().phase; }

 private:
  struct Content;
  ErrorCode code_;
  std::shared_ptr<const Content> content_;
};

// A model throws this for an exception of another language that it hosts: the caller gets `type`
// ("ValueError") instead of a C++ type, and what().
class ForeignException : public std::runtime_error {
 public:
  ForeignException(std::string type, const std::string& text)
      : std::runtime_error(text), type_(std::move(type)) {}

  [[nodiscard]] const std::string& type() const noexcept { return type_; }

 private:
  std::string type_;
};

// A value, or the error that came instead of it.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool has_value() const noexcept { return content_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  // The value; throws the error if there is none.
  T& value() & { return check(), *std::get_if<0>(&content_); }
  const T& value() const& { return check(), *std::get_if<0>(&content_); }
  T&& value() && { return check(), std::move(*std::get_if<0>(&content_)); }

  // Undefined if has_value() is false.
  T& operator*() & noexcept { return *std::get_if<0>(&content_); }
  const T& operator*() const& noexcept { return *std::get_if<0>(&content_); }
  T&& operator*() && noexcept { return std::move(*std::get_if<0>(&content_)); }
  T* operator->() noexcept { return std::get_if<0>(&content_); }
  const T* operator->() const noexcept { return std::get_if<0>(&content_); }

  // Undefined if has_value() is true.
  const Error& error() const noexcept { return *std::get_if<1>(&content_); }

 private:
  void check() const {
    if (const Error* error = std::get_if<1>(&content_)) throw *error;
  }
  std::variant<T, Error> content_;
};

}  // namespace inferpool
