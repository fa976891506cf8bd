// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/detail/function_ref.hpp>
#include <inferpool/message.hpp>
#include <inferpool/model.hpp>
#include <inferpool/settings.hpp>

namespace inferpool::detail {

// Throws Error (invalid_argument): the model answers in parts, and the caller takes none.
[[noreturn]] void refuse_parts();
// Throws Error (cancelled), which ends the predict: the caller takes no more parts.
[[noreturn]] void refuse_more_parts();
// Checks a part that is sent in the host's own process. Throws Error (payload_too_large).
void check_part(std::size_t size, const Settings& settings);

// Fills in what a model may leave empty.
void complete_response(Response& response, const Request& request, const Settings& settings);

// Where a worker sends its parts, without their types.
class PartSink {
 public:
  virtual ~PartSink() = default;
  // Whether the caller takes parts.
  [[nodiscard]] virtual bool wanted() const noexcept = 0;
  // As Stream::send.
  virtual void send(FunctionRef<void(Encoder&)> encode) = 0;
};

// A worker's stream.
template <typename Output>
class EncodedStream final : public Stream<Output> {
 public:
  explicit EncodedStream(PartSink& sink) noexcept : sink_(sink) {}
  void send(const Output& part) override {
    sink_.send([&](Encoder& encoder) { Codec<Output>::encode(encoder, part); });
  }

 private:
  PartSink& sink_;
};

// The stream for a caller that takes no parts.
template <typename Output>
class NoStream final : public Stream<Output> {
 public:
  void send(const Output& /*part*/) override { refuse_parts(); }
};

// Completes each part of a response, as run_model completes the answer.
class CompletingStream final : public Stream<Response> {
 public:
  // All arguments must outlive the stream.
  CompletingStream(Stream<Response>& next, const Request& request,
                   const Settings& settings) noexcept
      : next_(next), request_(request), settings_(settings) {}
  void send(const Response& part) override {
    Response complete = part;
    complete_response(complete, request_, settings_);
    next_.send(complete);
  }

 private:
  Stream<Response>& next_;
  const Request& request_;
  const Settings& settings_;
};

}  // namespace inferpool::detail
