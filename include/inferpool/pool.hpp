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

// A model in N worker processes, or (workers = 0) in this one; the calls are the same.
//
// Thread-safety: every member but the destructor and the moves is safe from many threads.
// Errors: Error; see README.md for what each code asks of the caller.
// Forks: in a fork of this process without exec every call is `stopped`, and a tensor that lies in
// the pool's memory, a loan or a large output, may be dropped but neither read nor written: that
// memory is not there (SIGSEGV), though the pool is gone. A clone() made before may be read.
template <typename Model = Generic>
class Pool {
 public:
  using Input = typename detail::CodableType<InputOf<Model>>::type;
  using Output = typename detail::CodableType<OutputOf<Model>>::type;

  // Returns when all workers are ready, else ends them and throws (invalid_settings,
  // startup_failed); with Settings::start_in_background returns at once. Reads what workers inherit
  // of the host, its environment, working folder and umask, once for all workers: not while another
  // thread changes the environment.
  explicit Pool(Settings settings)
      : backend_(detail::make_backend(std::move(settings), detail::traits_of<Model>())) {
    backend_->start();  // not before: an event may ask the pool
  }

  // As close(). No call may be under way in another thread; but async_infer need not have returned
  // when its handler is called. A handler may destroy the pool that calls it: the destructor then
  // calls those of all other calls before it returns.
  ~Pool() = default;
  // Asynchronous calls under way go on, and settings() stays where it is. No other thread may use
  // either pool meanwhile. A pool that was moved from may be destroyed or assigned to, and nothing
  // else; one that is assigned to ends what it had, as its destructor would.
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
    } catch (const std::bad_alloc&) {  // before there was a call
      return Error(ErrorCode::kOutOfMemory, "the host's own memory is used up");
    }
  }

  // Asks the model and takes its answer in parts, as the model sends them (see Stream): calls
  // on_part(Output) for each, in order, on this thread, and returns when there are no more. A model
  // that answers at once gives one part; there may be none.
  //
  // on_part may ask any pool, this one too (with workers = 0 and a model that is not thread_safe
  // that is an Error, invalid_argument). Where it returns a bool, false ends the call: the model is
  // told. What it throws does the same, and goes on to the caller. As long as it runs, the model
  // gets no further than one part ahead, and its worker is this call's: where calls like this one
  // have all workers, what on_part asks of this pool needs a deadline, or waits for ever.
  //
  // Errors as infer, also after parts: deadlines and options.stop count for the call as a whole,
  // and are looked at between parts. A call that has brought a part is never run again.
  // Settings::hang_timeout counts from each part anew. There is no asynchronous form.
  template <typename OnPart>
  requires std::invocable < std::remove_reference_t<OnPart>
  &, Output >
         void infer_stream(const Input& input, OnPart&& on_part, const InferOptions& options = {}) {
    detail::PartsJob<Model, std::remove_reference_t<OnPart>> job(input, on_part, settings());
    backend_->infer_stream(job, detail::TracedOptions(options, input));
  }

  // Does not wait. A refusal arrives in the future too. With workers = 0 it runs in this thread.
  // Throws std::bad_alloc, and then nothing was asked.
  [[nodiscard]] std::future<Output> submit(Input input, const InferOptions& options = {}) {
    auto job = std::make_unique<detail::PromiseJob<Model>>(input);
    std::future<Output> future = job->future();
    backend_->submit(std::move(job), detail::TracedOptions(options, input));
    return future;
  }

  // Does not wait: calls handler(Result<Output>) once, whatever happens, refusals included. It is
  // called on the pool's completion thread, one handler after the other; with workers = 0, and once
  // the pool is closed, in this thread before async_infer returns. So a handler must not block: as
  // long as it runs, no other asynchronous call ends, and workers may wait for that. It may call
  // async_infer, and destroy the pool; its close() only refuses new calls. What it throws ends
  // there. It may be movable only. asio.hpp has this for any completion token.
  // Throws std::bad_alloc, and then never calls the handler.
  template <typename Handler>
  requires std::invocable < std::decay_t<Handler>
  &, Result < Output >>
         void async_infer(Input input, const InferOptions& options, Handler&& handler) {
    using Job = detail::HandlerJob<Model, std::decay_t<Handler>>;
    backend_->submit(std::make_unique<Job>(input, std::forward<Handler>(handler)),
                     detail::TracedOptions(options, input));
  }

  // A tensor, not initialised, whose bytes lie where the workers read them: fill it and infer it,
  // and nothing is copied. Throws (out_of_memory, payload_too_large, invalid_argument for BYTES).
  template <Element T>
  [[nodiscard]] Tensor loan(const Shape& shape) {
    return backend_->loan(datatype_of<T>, shape);
  }

  // Refuses new calls, lets those under way end (Settings::drain_timeout for all of them), then
  // kills. When it returns, no worker lives, but one that the kernel does not end two seconds after
  // SIGKILL (it sleeps uninterruptibly): the event `stopped` names it. Idempotent.
  void close() noexcept { backend_->close(); }

  // True when all workers are ready; false where that did not happen by the deadline.
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
