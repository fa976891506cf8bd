// SPDX-License-Identifier: Apache-2.0
#pragma once

// Calls for programs that use Boost.Asio, 1.74 or later.

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <stop_token>
#include <type_traits>
#include <utility>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/execution.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/version.hpp>
#if BOOST_VERSION >= 107700
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/cancellation_type.hpp>
#endif

#include <inferpool/detail/deliver_later.hpp>
#include <inferpool/detail/waiting_handlers.hpp>
#include <inferpool/pool.hpp>

namespace inferpool {
namespace detail {

namespace asio = boost::asio;

// Destroys the handlers that wait for a context when the context shuts down.
class WaitingHandlersService final : public asio::execution_context::service {
 public:
  static inline asio::execution_context::id id;

  explicit WaitingHandlersService(asio::execution_context& context) : service(context) {}
  [[nodiscard]] const std::shared_ptr<WaitingHandlers>& handlers() const { return handlers_; }

 private:
  void shutdown() noexcept override { handlers_->clear(); }

  std::shared_ptr<WaitingHandlers> handlers_ = std::make_shared<WaitingHandlers>();
};

template <typename Executor>
asio::execution_context& context_of(const Executor& executor) {
  if constexpr (asio::can_query_v<const Executor&, asio::execution::context_t>) {
    return asio::query(executor, asio::execution::context);
  } else {
    return executor.context();
  }
}

// Lets the handler's cancellation slot, if one is connected, end the call as options.stop does.
class CancellationBySlot {
 public:
  template <typename Handler>
  CancellationBySlot([[maybe_unused]] const Handler& handler,
                     [[maybe_unused]] InferOptions& options) {
#if BOOST_VERSION >= 107700
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (!slot.is_connected()) return;
    std::stop_source source;
    link_.emplace(std::exchange(options.stop, source.get_token()), Stop{source});
    slot.assign([source](asio::cancellation_type type) mutable {
      if (type != asio::cancellation_type::none) source.request_stop();
    });
#endif
  }

  // Call it before the handler, on its executor.
  template <typename Handler>
  static void clear([[maybe_unused]] const Handler& handler) {
#if BOOST_VERSION >= 107700
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) slot.clear();
#endif
  }

 private:
  struct Stop {
    std::stop_source source;
    void operator()() noexcept { source.request_stop(); }
  };
  std::optional<std::stop_callback<Stop>> link_;
};

template <typename Output>
using ResultSignature = void(Result<Output>);
template <typename Output>
using ThrowingSignature = void(std::exception_ptr, Output);

// A plain callback takes a Result; any other token gets the signature with which it throws.
template <typename Token, typename Output>
using CallbackReturn = std::invoke_result_t<std::decay_t<Token>&, Result<Output>>;
template <typename Token, typename Output>
concept ResultCallback = std::is_void_v<CallbackReturn<Token, Output>>;

template <typename Signature, typename Output, typename Handler>
class AsioHandler final : public WaitingHandler {
 public:
  AsioHandler(Handler&& handler, InferOptions& options)
      : handler_(std::move(handler)),
        work_(asio::get_associated_executor(handler_)),
        cancellation_(handler_, options) {}

  [[nodiscard]] auto executor() const noexcept { return work_.get_executor(); }

  // The result until the executor runs the handler.
  std::optional<Result<Output>> result = {};

  static void call(std::unique_ptr<AsioHandler> self) {
    Result<Output> kept(std::move(*self->result));
    call(std::move(self), std::move(kept));
  }

  static void call(std::unique_ptr<AsioHandler> self, Result<Output> result) {
    Handler handler(std::move(self->handler_));
    self.reset();
    CancellationBySlot::clear(handler);
    if constexpr (std::is_same_v<Signature, ResultSignature<Output>>) {
      std::move(handler)(std::move(result));
    } else if (result) {
      std::move(handler)(std::exception_ptr(), std::move(*result));
    } else {
      std::move(handler)(std::make_exception_ptr(result.error()), Output());
    }
  }

 private:
  Handler handler_;
  asio::executor_work_guard<asio::associated_executor_t<Handler>> work_;
  CancellationBySlot cancellation_;
};

// The pool calls it: brings the result to the handler's executor.
template <typename Output, typename Waiting>
class AsioCallEnd {
 public:
  AsioCallEnd(std::shared_ptr<WaitingHandlers> handlers, std::unique_ptr<Waiting> handler)
      : handlers_(std::move(handlers)), place_(handlers_->add(std::move(handler))) {}
  AsioCallEnd(AsioCallEnd&&) noexcept = default;
  AsioCallEnd& operator=(AsioCallEnd&&) = delete;
  ~AsioCallEnd() {
    if (handlers_) handlers_->take(place_, [](const auto&) {});  // the call was never made
  }

  // The handler stays in the list until its executor calls it, so a post that fails without memory
  // can be repeated later.
  void operator()(Result<Output> result) {
    try {
      handlers_->look(place_, [&](WaitingHandler& handler) {
        auto& waiting = static_cast<Waiting&>(handler);
        if (!waiting.result) waiting.result.emplace(std::move(result));
        asio::post(waiting.executor(), Posted{handlers_, place_});
      });
    } catch (const std::bad_alloc&) {
      throw DeliverLater();
    }
    handlers_.reset();
  }

 private:
  struct Posted {
    void operator()() const {
      std::unique_ptr<Waiting> waiting;
      handlers->take(position, [&](std::unique_ptr<WaitingHandler>& taken) {
        waiting.reset(static_cast<Waiting*>(taken.release()));
      });
      if (waiting) Waiting::call(std::move(waiting));
    }
    std::shared_ptr<WaitingHandlers> handlers;
    WaitingHandlers::Position position;
  };

  std::shared_ptr<WaitingHandlers> handlers_;
  WaitingHandlers::Position place_;
};

template <typename Model, typename Signature>
struct InitiateInfer {
  template <typename Handler>
  void operator()(Handler&& handler, Pool<Model>* pool, InputOf<Model> input,
                  InferOptions options) const {
    using Waiting = AsioHandler<Signature, OutputOf<Model>, std::decay_t<Handler>>;
    std::decay_t<Handler> own(std::forward<Handler>(handler));
    auto waiting = std::make_unique<Waiting>(std::move(own), options);
    // A handler without an executor: looking at the system's context would start its threads.
    if constexpr (std::is_same_v<decltype(waiting->executor()), asio::system_executor>) {
      pool->async_infer(std::move(input), options,
                        [waiting = std::move(waiting)](Result<OutputOf<Model>> result) mutable {
                          Waiting::call(std::move(waiting), std::move(result));
                        });
    } else {
      auto& service = asio::use_service<WaitingHandlersService>(context_of(waiting->executor()));
      using CallEnd = AsioCallEnd<OutputOf<Model>, Waiting>;
      pool->async_infer(std::move(input), options, CallEnd(service.handlers(), std::move(waiting)));
    }
  }
};

}  // namespace detail

// Pool::async_infer for any completion token. A callback, which must return void, is called with a
// Result<Output>; every other token has the signature void(std::exception_ptr, Output), so that the
// future of asio::use_future and co_await with asio::use_awaitable give an Output, or throw Error.
//
// The handler runs on its associated executor, never inside async_infer. A handler without an
// executor runs on the pool's completion thread, as with Pool::async_infer. Until it runs, it
// counts as work of its executor. If its context is destroyed first, the handler is destroyed
// uncalled, and the answer is dropped. If the pool is destroyed first, the handler gets `stopped`,
// or the answer.
//
// options.stop ends the call with `cancelled`. From Boost 1.77 on, so does a cancellation of any
// type through the handler's slot.
template <typename Model, typename Token>
auto async_infer(Pool<Model>& pool, InputOf<Model> input, const InferOptions& options,
                 Token&& token) {
  using Output = OutputOf<Model>;
  constexpr bool takes_result = detail::ResultCallback<Token, Output>;
  if constexpr (std::is_same_v<std::decay_t<Token>, boost::asio::use_future_t<>>) {
    return pool.submit(std::move(input), options);  // needs no thread of Asio
  } else if constexpr (takes_result || std::is_default_constructible_v<Output>) {
    using Signature = std::conditional_t<takes_result, detail::ResultSignature<Output>,
                                         detail::ThrowingSignature<Output>>;
    return boost::asio::async_initiate<Token, Signature>(detail::InitiateInfer<Model, Signature>(),
                                                         token, &pool, std::move(input),
                                                         InferOptions(options));
  } else {
    static_assert(takes_result,
                  "inferpool: a completion token that throws needs an output type with a default "
                  "constructor; give it one, or pass a callback that takes a Result and returns "
                  "void");
  }
}

#ifdef BOOST_ASIO_HAS_CO_AWAIT
// The same for coroutines: co_await async_infer(pool, input).
template <typename Model>
auto async_infer(Pool<Model>& pool, InputOf<Model> input, const InferOptions& options = {}) {
  return async_infer(pool, std::move(input), options, boost::asio::use_awaitable);
}
#else
template <typename Model>
void async_infer(Pool<Model>&, InputOf<Model>, const InferOptions& = {}) {
  static_assert(
      !std::is_same_v<Model, Model>,
      "inferpool: this compiler and this Boost have no coroutines together; use g++ 11 "
      "or later with Boost 1.74 or later, or a later clang and Boost, or pass a callback");
}
#endif

}  // namespace inferpool
