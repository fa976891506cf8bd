// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <inferpool/codec.hpp>
#include <inferpool/detail/function_ref.hpp>
#include <inferpool/error.hpp>
#include <inferpool/model.hpp>
#include <inferpool/options.hpp>
#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>

namespace inferpool {

namespace pool {
class Workers;
class InProcess;
}  // namespace pool

namespace detail {

// Who is told how an asynchronous call ended: exactly one of the two, once, on a thread of the pool
// (or on the calling thread, before submit returns). Must not throw.
class Receiver {
 public:
  virtual ~Receiver() = default;
  virtual void deliver(Decoder& reply) = 0;  // may throw Malformed: fail() follows
  virtual void fail(const Error& error) noexcept = 0;
};

// A pool without its types: speaks encoded frames. Pool<Model> is a typed face over one.
// Thread-safety: every member but the destructor is safe from many threads.
class PoolCore {
 public:
  // What the model is, beyond the settings.
  struct Traits {
    std::string signature;     // "<input> -> <output>"; host and worker must agree on it
    bool runnable = false;     // the model can run in this process
    bool thread_safe = false;  // several threads may enter it at once
  };

  // Starts the workers, or checks that none is needed. Throws Error (invalid_settings,
  // startup_failed).
  PoolCore(Settings settings, Traits traits);
  ~PoolCore();
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;

  [[nodiscard]] bool in_process() const noexcept;

  // One request: encode is called once, before anything else; decode at most once, with the reply.
  // Throws Error.
  void infer(FunctionRef<void(Encoder&)> encode, FunctionRef<void(Decoder&)> decode,
             const InferOptions& options);

  // The same without waiting. Never throws: refusals reach the receiver.
  void submit(FunctionRef<void(Encoder&)> encode, std::unique_ptr<Receiver> receiver,
              const InferOptions& options) noexcept;

  // workers = 0: runs the model in this thread, under the same limits; `run` gives the reply's
  // payload size.
  void infer_here(std::size_t payload, FunctionRef<std::size_t(Context&)> run,
                  const InferOptions& options);

  [[nodiscard]] Tensor loan(Datatype datatype, const Shape& shape);

  void close() noexcept;
  bool wait_ready(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] Health health() const;

 private:
  Settings settings_;
  std::unique_ptr<pool::Workers> workers_;  // one of the two
  std::unique_ptr<pool::InProcess> in_process_;
};

// Error (startup_failed) for the exception that a model's constructor just threw in this process.
// To be called in a catch block.
[[nodiscard]] Error load_error(const Settings& settings);

}  // namespace detail
}  // namespace inferpool
