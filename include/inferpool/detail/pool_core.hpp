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

namespace inferpool::detail {

// Who is told, once, how an asynchronous call ended: by decode() and then complete(), or by fail().
// On the pool's completion thread; on the calling one where there is none (workers = 0, a pool that
// is closed). What complete() and fail() throw ends there.
class Receiver {
 public:
  virtual ~Receiver() = default;
  // Takes the value of an answer. May throw: fail() follows.
  virtual void decode(Decoder& reply) = 0;
  virtual void complete() = 0;
  virtual void fail(const Error& error) = 0;
};

// What the installed CMake package tells the programs that are built with it, wherever it lies.
#ifdef INFERPOOL_PACKAGE_LIBEXEC
constexpr const char* kPackageLibexec = INFERPOOL_PACKAGE_LIBEXEC;
#else
constexpr const char* kPackageLibexec = "";
#endif

// A pool without its types: speaks encoded frames. Pool<Model> is a typed face over one.
// Thread-safety: every member but the destructor is safe from many threads.
class PoolCore {
 public:
  // What the model is, beyond the settings.
  struct Traits {
    std::string signature;     // "<input> -> <output>"; host and worker must agree on it
    bool runnable = false;     // the model can run in this process
    bool thread_safe = false;  // several threads may enter it at once
    std::string libexec = {};  // where the package's bundled workers are, where that is known
  };

  // Starts the workers, or checks that none is needed. Throws Error (invalid_settings,
  // startup_failed).
  PoolCore(Settings settings, Traits traits);
  ~PoolCore();
  PoolCore(const PoolCore&) = delete;
  PoolCore& operator=(const PoolCore&) = delete;

  [[nodiscard]] bool in_process() const noexcept;
  // workers = 0: the model has loaded.
  void loaded_here() noexcept;

  // One request: encode is called once, before anything else; decode at most once, with the reply.
  // Throws Error.
  void infer(FunctionRef<void(Encoder&)> encode, FunctionRef<void(Decoder&)> decode,
             const InferOptions& options);

  // What becomes of a part of an answer: `decode` takes its value, `take` gives it to the caller;
  // false: no more. What `take` throws ends the call, and goes on to the caller.
  struct PartTaker {
    FunctionRef<void(Decoder&)> decode;
    FunctionRef<bool()> take;
  };
  // As infer, for an answer in any number of parts.
  void infer_stream(FunctionRef<void(Encoder&)> encode, const PartTaker& taker,
                    const InferOptions& options);

  // The same without waiting: how it ends, refusals too, reaches the receiver.
  void submit(FunctionRef<void(Encoder&)> encode, std::unique_ptr<Receiver> receiver,
              const InferOptions& options) noexcept;

  // workers = 0: runs the model in this thread, under the same limits; `payload` gives the
  // request's size, `run` the reply's.
  void infer_here(FunctionRef<std::size_t()> payload, FunctionRef<std::size_t(Context&)> run,
                  const InferOptions& options);
  // The same for a receiver: `run` has kept the answer's value in it. Complete on return.
  void submit_here(FunctionRef<std::size_t()> payload, FunctionRef<std::size_t(Context&)> run,
                   Receiver& receiver, const InferOptions& options) noexcept;
  // A part of its answer: throws Error (payload_too_large).
  void check_part(std::size_t size) const;

  [[nodiscard]] Tensor loan(Datatype datatype, const Shape& shape);

  void close() noexcept;
  bool wait_ready(std::chrono::steady_clock::time_point deadline);
  [[nodiscard]] const Settings& settings() const noexcept;
  [[nodiscard]] Stats stats() const;
  [[nodiscard]] Health health() const;

 private:
  struct Parts;

  Settings settings_;
  std::unique_ptr<Parts> parts_;
};

// Error (startup_failed) for the exception that a model's constructor just threw in this process.
// To be called in a catch block.
[[nodiscard]] Error load_error(const Settings& settings);

}  // namespace inferpool::detail
