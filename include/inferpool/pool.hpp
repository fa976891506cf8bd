// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <inferpool/detail/pool_core.hpp>
#include <inferpool/detail/receiver.hpp>
#include <inferpool/detail/served_model.hpp>
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
template <typename Model = Generic>
class Pool {
 public:
  using Input = typename detail::CodableType<InputOf<Model>>::type;
  using Output = typename detail::CodableType<OutputOf<Model>>::type;

  // Returns when all workers are ready, else ends them and throws (invalid_settings,
  // startup_failed); with Settings::start_in_background returns at once.
  explicit Pool(Settings settings)
      : core_(std::move(settings),
              {detail::type_signature<Model>(), Runnable<Model>, detail::is_thread_safe<Model>}) {
    if constexpr (Runnable<Model>) {
      if (core_.in_process()) load_here();
    }
  }

  // As close(). No call may be under way in another thread.
  ~Pool() { core_.close(); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Asks the model and waits for its answer.
  Output infer(const Input& input, const InferOptions& options = {}) {
    std::optional<Output> output;
    if (core_.in_process()) {
      core_.infer_here([&] { return Codec<Input>::payload(input); },
                       [&](Context& context) { return run_here(input, context, output); },
                       detail::TracedOptions(options, input));
    } else {
      core_.infer([&](Encoder& encoder) { Codec<Input>::encode(encoder, input); },
                  [&](Decoder& decoder) { output.emplace(Codec<Output>::decode(decoder)); },
                  detail::TracedOptions(options, input));
    }
    return std::move(*output);
  }

  // infer without exceptions.
  [[nodiscard]] Result<Output> try_infer(const Input& input, const InferOptions& options = {}) {
    try {
      return infer(input, options);
    } catch (const Error& error) {
      return error;
    }
  }

  // Does not wait. A refusal arrives in the future too. With workers = 0 it runs in this thread.
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
  // async_infer; must not destroy the pool; its close() only refuses new calls. What it throws ends
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
  // kills. When it returns, no worker lives. Idempotent.
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

  // workers = 0 only. Gives the payload size of the output.
  std::size_t run_here(const Input& input, Context& context, std::optional<Output>& output) {
    if constexpr (Runnable<Model>) {
      output.emplace(detail::run_model_here<Model>(*model_, input, context, core_.settings()));
    }
    return Codec<Output>::payload(*output);
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
