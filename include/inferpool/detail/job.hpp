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

// One request and the place of its answer, without their types. The caller makes it; a Backend
// either encodes it and decodes the reply, or runs it. What reads the input (encode, payload, run)
// is called before infer, infer_stream or submit returns; all of them at most once, but for decode.
class Job {
 public:
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  // The input's bytes that count against max_payload.
  [[nodiscard]] virtual std::size_t payload() const = 0;
  virtual void encode(Encoder& request) const = 0;
  // Takes the value of the answer; of an answer in parts that of the next one. May throw.
  virtual void decode(Decoder& reply) = 0;
  // Asks the model, which the backend has loaded, in this thread, and takes the value of the
  // answer. Gives its bytes that count against max_payload. Throws what predict throws.
  virtual std::size_t run(LoadedModel& model, Context& context) = 0;

 protected:
  Job() = default;
  ~Job() = default;
};

// A job whose answer comes in any number of parts.
class StreamJob : public Job {
 public:
  // Gives the caller the part that was decoded last, or that run() has left, if any. False: the
  // caller wants no more. Throws what the caller's function throws, in run() too.
  virtual bool take() = 0;
  // Whether the caller has ended the answer inside run(), which ends the model by an Error.
  [[nodiscard]] virtual bool ended_by_caller() const noexcept = 0;

 protected:
  ~StreamJob() = default;
};

// A job that nobody waits for, and that is told once how it ended: by complete() after decode() or
// run(), or by fail(). On the pool's completion thread; on the calling one where there is none
// (workers = 0, a pool that is closed). What complete() and fail() throw ends there.
class AsyncJob : public Job {
 public:
  virtual ~AsyncJob() = default;
  virtual void complete() = 0;
  virtual void fail(const Error& error) = 0;
};

}  // namespace inferpool::detail
