// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <concepts>
#include <optional>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/message.hpp>
#include <inferpool/settings.hpp>
#include <inferpool/tensor.hpp>

namespace inferpool {

// Which worker a model runs in. The index is stable over restarts: 0..N-1; the generation counts a
// pool's worker starts from 1. In the host's own process (workers = 0) both are 0.
struct WorkerInfo {
  int index = 0;
  int generation = 0;
};

// What a model can ask about the request that it serves. Valid only during the predict that gets
// it, on the same thread.
class Context {
 public:
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // An uninitialised output tensor that is already in shared memory, so that returning it copies
  // nothing. It may be kept and returned again; once sent it is frozen. Throws Error
  // (out_of_memory, payload_too_large).
  template <Element T>
  [[nodiscard]] Tensor output(const Shape& shape) {
    return output(datatype_of<T>, shape);
  }
  [[nodiscard]] virtual Tensor output(Datatype datatype, const Shape& shape) = 0;

  // True once the caller gave up or its deadline passed: nobody waits for the answer any more.
  [[nodiscard]] virtual bool cancelled() const noexcept = 0;

  // When the caller stops waiting, if ever.
  [[nodiscard]] virtual std::optional<std::chrono::steady_clock::time_point> deadline()
      const noexcept = 0;

  // The caller's position in a trace, in the form of InferOptions::traceparent; empty: none.
  [[nodiscard]] std::string_view traceparent() const noexcept { return traceparent_; }

 protected:
  Context() = default;
  // The text must outlive the context.
  explicit Context(std::string_view traceparent) noexcept : traceparent_(traceparent) {}
  ~Context() = default;

 private:
  std::string_view traceparent_ = {};
};

// Where a model sends its answer in parts, one at a time: the second argument of
// std::optional<Output> predict(const Input&, Stream<Output>&, Context&). Valid during that
// predict, on its thread.
//
// The value that predict returns is the last part; std::nullopt: there are no more. Any call may
// ask for an answer that is only returned; only Pool::infer_stream may ask for one that is sent in
// parts.
template <typename Output>
class Stream {
 public:
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  // Sends a part, with which the caller's on_part is called at once. Does not wait until the caller
  // has taken the part; the next send and the end of predict do, so at most one part is under way.
  // With workers = 0 a part that borrows its bytes is not copied.
  // Throws Error: cancelled when the caller takes no more; each later send throws it too, so let it
  // end the predict. invalid_argument when the caller asked with infer, try_infer, submit or
  // async_infer, which take no parts. payload_too_large and out_of_memory, as Context::output; the
  // model may go on after these.
  virtual void send(const Output& part) = 0;

 protected:
  Stream() = default;
  ~Stream() = default;
};

// A model that only the worker knows: Pool<> works with any worker whose model takes a Request and
// returns a Response.
struct Generic {
  using Input = Request;
  using Output = Response;
};

namespace detail {

template <typename T>
struct Signature;
template <typename M, typename Out, typename... In>
struct Signature<Out (M::*)(In...)> {
  using Output = std::remove_cvref_t<Out>;
  using Input = std::remove_cvref_t<std::tuple_element_t<0, std::tuple<In...>>>;
};
template <typename M, typename Out, typename In, typename Part, typename C>
struct Signature<std::optional<Out> (M::*)(In, Stream<Part>&, C)> {
  using Output = Part;
  using Input = std::remove_cvref_t<In>;
};
template <typename M, typename Out, typename... In>
struct Signature<Out (M::*)(In...) const> : Signature<Out (M::*)(In...)> {};
template <typename M, typename Out, typename... In>
struct Signature<Out (M::*)(In...) noexcept> : Signature<Out (M::*)(In...)> {};
template <typename M, typename Out, typename... In>
struct Signature<Out (M::*)(In...) const noexcept> : Signature<Out (M::*)(In...)> {};

template <typename Model>
concept NamesTypes = requires {
  typename Model::Input;
  typename Model::Output;
};

template <typename Model>
concept HasPredict = requires {
  typename Signature<decltype(&Model::predict)>::Output;
};

template <typename Model>
struct TypesOf {
  static_assert(NamesTypes<Model> || HasPredict<Model>,
                "inferpool: a model needs `Output predict(Input)`, `Output predict(Input, "
                "Context&)` or `std::optional<Output> predict(Input, Stream<Output>&, Context&)` "
                "that is not overloaded, or the two types `Input` and `Output`");
};
template <NamesTypes Model>
struct TypesOf<Model> {
  using Input = typename Model::Input;
  using Output = typename Model::Output;
};
template <typename Model>
requires(HasPredict<Model> && !NamesTypes<Model>) struct TypesOf<Model>
    : Signature<decltype(&Model::predict)> {
};

}  // namespace detail

// The argument and result types of Model::predict.
template <typename Model>
using InputOf = typename detail::TypesOf<Model>::Input;
template <typename Model>
using OutputOf = typename detail::TypesOf<Model>::Output;

// A model that may send its answer in parts.
template <typename Model>
concept Streaming = requires(Model& model, const InputOf<Model>& input,
                             Stream<OutputOf<Model>>& stream, Context& context) {
  { model.predict(input, stream, context) } -> std::same_as<std::optional<OutputOf<Model>>>;
};

// A model that can be constructed and asked in this process.
template <typename Model>
concept Runnable =
    (std::is_constructible_v<Model, const Settings&> || std::is_constructible_v<Model, const Settings&, WorkerInfo>)&&(
        Streaming<Model> ||
        requires(Model & model, const InputOf<Model>& input) { model.predict(input); } ||
        requires(Model & model, const InputOf<Model>& input, Context& context) {
          model.predict(input, context);
        });

namespace detail {

template <typename Model>
inline constexpr bool is_thread_safe = false;
template <typename Model>
requires requires { Model::thread_safe; }
inline constexpr bool is_thread_safe<Model> = Model::thread_safe;

}  // namespace detail
}  // namespace inferpool
