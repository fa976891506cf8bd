// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

#include <inferpool/codec.hpp>
#include <inferpool/error.hpp>
#include <inferpool/model.hpp>

namespace inferpool::detail {

// A model that was constructed in this process, without its type.
class LoadedModel {
 public:
  LoadedModel(const LoadedModel&) = delete;
  LoadedModel& operator=(const LoadedModel&) = delete;
  virtual ~LoadedModel() = default;

 protected:
  LoadedModel() = default;
};

// One request and its answer, without their types. The caller makes it; a Backend either encodes it
// and decodes the reply, or runs it. The members that read the input (encode, payload, run) are
// called before infer, infer_stream or submit returns. Each member but decode is called at most
// once.
class Job {
 public:
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // How many bytes of the input count against max_payload.
  [[nodiscard]] virtual std::size_t payload() const = 0;
  virtual void encode(Encoder& request) const = 0;
  // Takes the value of the answer, or of the next part of an answer in parts. May throw.
  virtual void decode(Decoder& reply) = 0;
  // Asks the model, which the backend has loaded, in this thread, and takes the value of the
  // answer. Returns how many of its bytes count against max_payload. Throws what predict throws.
  virtual std::size_t run(LoadedModel& model, Context& context) = 0;

 protected:
  Job() = default;
  ~Job() = default;
};

// A job whose answer comes in any number of parts.
class StreamJob : public Job {
 public:
  // Gives the caller the part that was decoded last, or that run() has left, if any. False: the
  // caller wants no more. Throws the exception of the caller's function, also one thrown in run().
  virtual bool take() = 0;
  // Whether the caller has ended the answer inside run(), which ends the predict with an Error.
  [[nodiscard]] virtual bool ended_by_caller() const noexcept = 0;

 protected:
  ~StreamJob() = default;
};

// A job that nobody waits for. It is told once how it ended: by complete() after decode() or run(),
// or by fail(). The pool's completion thread tells it, or the calling thread where there is none
// (workers = 0, a closed pool). Exceptions of complete() and fail() are dropped.
class AsyncJob : public Job {
 public:
  virtual ~AsyncJob() = default;
  virtual void complete() = 0;
  virtual void fail(const Error& error) = 0;
};

}  // namespace inferpool::detail
