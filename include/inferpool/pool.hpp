// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <inferpool/detail/late_value.hpp>
#include <inferpool/detail/pool_core.hpp>
#include <inferpool/detail/receiver.hpp>
#include <inferpool/detail/served_model.hpp>
#include <inferpool/detail/stream_here.hpp>
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
// Thread-safety: every member but the destructor may be called from many threads at once.
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
      : core_(std::move(settings), {detail::type_signature<Model>(), Runnable<Model>,
                                    detail::is_thread_safe<Model>, detail::kPackageLibexec}) {
    if constexpr (Runnable<Model>) {
      if (core_.in_process()) load_here();
    }
  }

  // As close(). No call may be under way in another thread; but async_infer need not have returned
  // when its handler is called. A handler may destroy the pool that calls it: the destructor then
  // calls those of all other calls before it returns.
  ~Pool() { core_.close(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Asks the model and waits for its answer.
  Output infer(const Input& input, const InferOptions& options = {}) {
    if (core_.in_process()) return infer_here(input, options);
    detail::LateValue<Output> output;
    core_.infer(
        [&](Encoder& encoder) { Codec<Input>::encode(encoder, input); },
        [&](Decoder& decoder) { output.make([&] { return Codec<Output>::decode(decoder); }); },
        detail::TracedOptions(options, input));
    return std::move(*output);
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
    const detail::TracedOptions traced(options, input);
    if (core_.in_process()) return stream_here(input, on_part, traced);
    std::optional<Output> part;
    const auto decode = [&](Decoder& decoder) { part.emplace(Codec<Output>::decode(decoder)); };
    const auto take = [&] {
      Output taken = std::move(*part);
      part.reset();
      return detail::give_part(on_part, std::move(taken));
    };
    core_.infer_stream([&](Encoder& encoder) { Codec<Input>::encode(encoder, input); },
                       {decode, take}, traced);
  }

  // Does not wait. A refusal arrives in the future too. With workers = 0 it runs in this thread.
  // Throws std::bad_alloc, and then nothing was asked.
  [[nodiscard]] std::future<Output> submit(Input input, const InferOptions& options = {}) {
    auto promise = std::make_unique<detail::PromiseReceiver<Output>>();
    std::future<Output> future = promise->future();
    start(input, std::move(promise), options);
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
    using Receiver = detail::HandlerReceiver<Output, std::decay_t<Handler>>;
    start(input, std::make_unique<Receiver>(std::forward<Handler>(handler)), options);
  }

  // A tensor, not initialised, whose bytes lie where the workers read them: fill it and infer it,
  // and nothing is copied. Throws (out_of_memory, payload_too_large, invalid_argument for BYTES).
  template <Element T>
  [[nodiscard]] Tensor loan(const Shape& shape) {
    return core_.loan(datatype_of<T>, shape);
  }

  // Refuses new calls, lets those under way end (Settings::drain_timeout for all of them), then
  // kills. When it returns, no worker lives, but one that the kernel does not end two seconds after
  // SIGKILL (it sleeps uninterruptibly): the event `stopped` names it. Idempotent.
  void close() noexcept { core_.close(); }

  // True when all workers are ready; false where that did not happen by the deadline.
  bool wait_ready(std::chrono::steady_clock::time_point deadline) {
    return core_.wait_ready(deadline);
  }

  // The settings with every default resolved.
  [[nodiscard]] const Settings& settings() const noexcept { return core_.settings(); }
  [[nodiscard]] Stats stats() const { return core_.stats(); }
  [[nodiscard]] Health health() const { return core_.health(); }

 private:
  void start(const Input& input, std::unique_ptr<detail::TypedReceiver<Output>> receiver,
             const InferOptions& options) {
    if (core_.in_process()) {
      core_.submit_here(
          [&] { return Codec<Input>::payload(input); },
          [&](Context& context) { return run_here(input, context, receiver->output); }, *receiver,
          detail::TracedOptions(options, input));
    } else {
      core_.submit([&](Encoder& encoder) { Codec<Input>::encode(encoder, input); },
                   std::move(receiver), detail::TracedOptions(options, input));
    }
  }

  // workers = 0 only.
  Output infer_here(const Input& input, const InferOptions& options) {
    std::optional<Output> output;
    core_.infer_here([&] { return Codec<Input>::payload(input); },
                     [&](Context& context) { return run_here(input, context, output); },
                     detail::TracedOptions(options, input));
    return std::move(*output);
  }

  // workers = 0 only. Gives the payload size of the output.
  std::size_t run_here(const Input& input, Context& context, std::optional<Output>& output) {
    if constexpr (Runnable<Model>) {
      detail::NoStream<Output> none;
      auto answer = detail::run_model_here<Model>(*model_, input, none, context, core_.settings());
      if (!answer) detail::refuse_parts();
      output.emplace(std::move(*answer));
    }
    return Codec<Output>::payload(*output);
  }

  // workers = 0 only.
  template <typename OnPart>
  void stream_here(const Input& input, OnPart& on_part, const InferOptions& options) {
    std::optional<Output> last;
    detail::StreamStop stop;
    const auto run = [&](Context& context) {
      run_stream_here(input, on_part, context, last, stop);
      return last ? Codec<Output>::payload(*last) : 0;
    };
    try {
      core_.infer_here([&] { return Codec<Input>::payload(input); }, run, options);
    } catch (const Error&) {
      if (stop.thrown) std::rethrow_exception(stop.thrown);
      if (!stop.enough) throw;
    }
    if (last) detail::give_part(on_part, std::move(*last));
  }

  // Leaves in `last` what predict returned.
  template <typename OnPart>
  void run_stream_here(const Input& input, OnPart& on_part, Context& context,
                       std::optional<Output>& last, detail::StreamStop& stop) {
    if constexpr (Streaming<Model> && Runnable<Model>) {
      const auto check = [&](std::size_t size) { core_.check_part(size); };
      detail::StreamHere<Output, OnPart> stream(on_part, context, check, stop);
      try {
        auto answer =
            detail::run_model_here<Model>(*model_, input, stream, context, core_.settings());
        if (answer && !stop.any) last.emplace(std::move(*answer));
      } catch (...) {  // for how a model ends that was told to nobody asks
        if (!stop.any) throw;
      }
      if (stop.thrown) detail::refuse_more_parts();
    } else {
      run_here(input, context, last);
    }
  }

  void load_here() {
    try {
      model_ = detail::load_model<Model>(core_.settings(), WorkerInfo{});
    } catch (...) {
      throw detail::load_error(core_.settings());
    }
    core_.loaded_here();
  }

  detail::PoolCore core_;
  std::conditional_t<Runnable<Model>, std::unique_ptr<Model>, std::nullptr_t> model_ =
      nullptr;  // workers = 0 only
};

}  // namespace inferpool
