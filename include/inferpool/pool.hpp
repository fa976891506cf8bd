// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <future>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include <inferpool/detail/backend.hpp>
#include <inferpool/detail/codable_type.hpp>
#include <inferpool/detail/model_job.hpp>
#include <inferpool/detail/traced_options.hpp>
#include <inferpool/error.hpp>
#include <inferpool/model.hpp>
#include <inferpool/options.hpp>
#include <inferpool/settings.hpp>
#include <inferpool/stats.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool {

// A model in N worker processes, or (workers = 0) in this one; both have the same interface.
//
// Thread-safety: many threads may use all members at once, except the destructor and the moves.
// Errors: Error; see README.md for what each code asks of the caller.
// Forks: in a fork of this process without exec, every call fails with `stopped`. A tensor in the
// pool's memory (a loan or a large output) may be destroyed there, but reading or writing it is a
// SIGSEGV, also after the end of the pool: the fork does not have that memory. A clone() made
// before the fork may be read.
template <typename Model = Generic>
class Pool {
 public:
  using Input = typename detail::CodableType<InputOf<Model>>::type;
  using Output = typename detail::CodableType<OutputOf<Model>>::type;

  // Returns when all workers are ready, else ends them and throws (invalid_settings,
  // startup_failed); with Settings::start_in_background returns at once. Reads the environment,
  // working folder and umask of the host, which all workers inherit. No other thread may change the
  // environment meanwhile.
  explicit Pool(Settings settings)
      : backend_(detail::make_backend(std::move(settings), detail::traits_of<Model>())) {
    backend_->start();  // only now, because an event handler may ask the pool
  }

  // As close(). No other thread may be inside a call of the pool, except in an async_infer whose
  // handler has been called already. A handler may destroy the pool that calls it: the destructor
  // then calls the handlers of all other calls before it returns.
  ~Pool() = default;
  // Asynchronous calls under way go on, and the address of settings() stays the same. No other
  // thread may use either pool meanwhile. A pool that was moved from may only be destroyed or
  // assigned to. An assignment ends the pool that the target had, as its destructor would.
  Pool(Pool&&) noexcept = default;
  Pool& operator=(Pool&&) noexcept = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Asks the model and waits for its answer.
  Output infer(const Input& input, const InferOptions& options = {}) {
    detail::WaitingJob<Model> job(input);
    backend_->infer(job, detail::TracedOptions(options, input));
    return job.take();
  }

  // infer without exceptions.
  [[nodiscard]] Result<Output> try_infer(const Input& input, const InferOptions& options = {}) {
    try {
      return infer(input, options);
    } catch (const Error& error) {
      return error;
    } catch (const std::bad_alloc&) {  // before the call existed
      return Error(ErrorCode::kOutOfMemory, "the host's own memory is used up");
    }
  }

  // Asks the model and takes its answer in parts, as the model sends them (see Stream): calls
  // on_part(Output) for each, in order, on this thread, and returns when there are no more. A model
  // that answers at once gives one part; there may be none.
  //
  // on_part may ask any pool, this one too (but with workers = 0 and a model that is not
  // thread_safe, this is an Error, invalid_argument). If it returns a bool, false ends the call,
  // and the model is told. An exception also ends the call, and reaches the caller. While on_part
  // runs, the model gets at most one part ahead, and the worker stays with this call. If calls like
  // this one occupy all workers, a call from on_part to this pool needs a deadline, or it waits for
  // ever.
  //
  // Errors as infer, also after parts: deadlines and options.stop count for the whole call, and are
  // checked between parts. A call that has delivered a part is never run again.
  // Settings::hang_timeout starts anew with each part. There is no asynchronous form.
  template <typename OnPart>
  requires std::invocable < std::remove_reference_t<OnPart>
  &, Output >
         void infer_stream(const Input& input, OnPart&& on_part, const InferOptions& options = {}) {
    detail::PartsJob<Model, std::remove_reference_t<OnPart>> job(input, on_part, settings());
    backend_->infer_stream(job, detail::TracedOptions(options, input));
  }

  // Does not wait. All errors arrive in the future. With workers = 0 the model runs in this thread.
  // Throws std::bad_alloc, and then the model was not asked.
  [[nodiscard]] std::future<Output> submit(Input input, const InferOptions& options = {}) {
    auto job = std::make_unique<detail::PromiseJob<Model>>(input);
    std::future<Output> future = job->future();
    backend_->submit(std::move(job), detail::TracedOptions(options, input));
    return future;
  }

  // Does not wait: calls handler(Result<Output>) exactly once, with the output or any error. The
  // pool's completion thread calls one handler after the other; with workers = 0, and once the pool
  // is closed, this thread calls it before async_infer returns. A handler must not block: while it
  // runs, no other asynchronous call ends, and workers may have to wait for that. It may call
  // async_infer and destroy the pool; close() from a handler only refuses new calls. Its exceptions
  // are dropped, and reported as the event `handler_threw`. It may be movable only. asio.hpp has
  // this for any completion token. Throws std::bad_alloc, and then never calls the handler.
  template <typename Handler>
  requires std::invocable < std::decay_t<Handler>
  &, Result < Output >>
         void async_infer(Input input, const InferOptions& options, Handler&& handler) {
    using Job = detail::HandlerJob<Model, std::decay_t<Handler>>;
    backend_->submit(std::make_unique<Job>(input, std::forward<Handler>(handler)),
                     detail::TracedOptions(options, input));
  }

  // An uninitialised tensor in the memory that the workers read: fill it and infer it, and nothing
  // is copied. Throws (out_of_memory, payload_too_large, invalid_argument for BYTES).
  template <Element T>
  [[nodiscard]] Tensor loan(const Shape& shape) {
    return backend_->loan(datatype_of<T>, shape);
  }

  // Refuses new calls, lets the calls under way end (Settings::drain_timeout for all of them
  // together), then kills the workers. When it returns, no worker lives. The exception is a worker
  // that sleeps uninterruptibly in the kernel two seconds after SIGKILL: the event `stopped` names
  // it. Idempotent.
  void close() noexcept { backend_->close(); }

  // True when all workers are ready; false if that did not happen by the deadline.
  bool wait_ready(std::chrono::steady_clock::time_point deadline) {
    return backend_->wait_ready(deadline);
  }

  // The settings with every default resolved.
  [[nodiscard]] const Settings& settings() const noexcept { return backend_->settings(); }
  [[nodiscard]] Stats stats() const { return backend_->stats(); }
  [[nodiscard]] Health health() const { return backend_->health(); }

 private:
  detail::OwnedBackend backend_;
};

}  // namespace inferpool
