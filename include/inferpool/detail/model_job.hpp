// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <inferpool/codec.hpp>
#include <inferpool/detail/backend.hpp>
#include <inferpool/detail/job.hpp>
#include <inferpool/detail/late_value.hpp>
#include <inferpool/detail/part_sink.hpp>
#include <inferpool/detail/served_model.hpp>
#include <inferpool/error.hpp>
#include <inferpool/model.hpp>

namespace inferpool::detail {

// The installed CMake package defines it for the programs that are built with it.
#ifdef INFERPOOL_PACKAGE_LIBEXEC
constexpr const char* kPackageLibexec = INFERPOOL_PACKAGE_LIBEXEC;
#else
constexpr const char* kPackageLibexec = "";
#endif

// A model in the host's own process.
template <typename Model>
class ModelInHost final : public LoadedModel {
 public:
  explicit ModelInHost(const Settings& settings)
      : settings_(settings), model_(load_model<Model>(settings, WorkerInfo{})) {}
  static std::unique_ptr<LoadedModel> load(const Settings& settings) {
    return std::make_unique<ModelInHost>(settings);
  }

  std::optional<OutputOf<Model>> ask(const InputOf<Model>& input, Stream<OutputOf<Model>>& stream,
                                     Context& context) {
    return run_model_on_lent<Model>(*model_, input, stream, context, settings_);
  }

 private:
  const Settings& settings_;
  std::unique_ptr<Model> model_;
};

template <typename Model>
ModelTraits traits_of() {
  ModelTraits traits{.signature = type_signature<Model>(),
                     .thread_safe = is_thread_safe<Model>,
                     .libexec = kPackageLibexec};
  if constexpr (Runnable<Model>) traits.load = ModelInHost<Model>::load;
  return traits;
}

// The half of a job that is its input. `Kind` is Job, StreamJob or AsyncJob.
template <typename Model, typename Kind>
class InputJob : public Kind {
 public:
  using Input = InputOf<Model>;
  using Output = OutputOf<Model>;

  [[nodiscard]] std::size_t payload() const final { return Codec<Input>::payload(input_); }
  void encode(Encoder& request) const final { Codec<Input>::encode(request, input_); }

 protected:
  explicit InputJob(const Input& input) noexcept : input_(input) {}
  ~InputJob() = default;

  std::optional<Output> ask([[maybe_unused]] LoadedModel& model,
                            [[maybe_unused]] Stream<Output>& stream,
                            [[maybe_unused]] Context& context) {
    if constexpr (Runnable<Model>) {
      return static_cast<ModelInHost<Model>&>(model).ask(input_, stream, context);
    } else {
      return std::nullopt;  // no backend has loaded a model
    }
  }

 private:
  const Input& input_;
};

// A job with one answer.
template <typename Model, typename Kind>
class AnswerJob : public InputJob<Model, Kind> {
 public:
  using typename InputJob<Model, Kind>::Input;
  using typename InputJob<Model, Kind>::Output;

  void decode(Decoder& reply) final {
    answer_.make([&] { return Codec<Output>::decode(reply); });
  }
  std::size_t run(LoadedModel& model, Context& context) final {
    NoStream<Output> none;
    std::optional<Output> output = this->ask(model, none, context);
    if (!output) refuse_parts();
    answer_.make([&] { return std::move(*output); });
    return Codec<Output>::payload(*answer_);
  }
  // Requires that the answer has come.
  [[nodiscard]] Output take() { return std::move(*answer_); }

 protected:
  explicit AnswerJob(const Input& input) noexcept : InputJob<Model, Kind>(input) {}
  ~AnswerJob() = default;

 private:
  LateValue<Output> answer_;
};

// The job of a caller that waits.
template <typename Model>
class WaitingJob final : public AnswerJob<Model, Job> {
 public:
  explicit WaitingJob(const InputOf<Model>& input) noexcept : AnswerJob<Model, Job>(input) {}
};

template <typename Model>
class PromiseJob final : public AnswerJob<Model, AsyncJob> {
 public:
  explicit PromiseJob(const InputOf<Model>& input) : AnswerJob<Model, AsyncJob>(input) {}
  std::future<OutputOf<Model>> future() { return promise_.get_future(); }
  void complete() override { promise_.set_value(this->take()); }
  void fail(const Error& error) override { promise_.set_exception(std::make_exception_ptr(error)); }

 private:
  std::promise<OutputOf<Model>> promise_;
};

template <typename Model, typename Handler>
class HandlerJob final : public AnswerJob<Model, AsyncJob> {
 public:
  template <typename H>
  HandlerJob(const InputOf<Model>& input, H&& handler)
      : AnswerJob<Model, AsyncJob>(input), handler_(std::forward<H>(handler)) {}
  void complete() override { handler_(Result<OutputOf<Model>>(this->take())); }
  void fail(const Error& error) override { handler_(Result<OutputOf<Model>>(error)); }

 private:
  Handler handler_;
};

// The job of a caller that takes parts. A model in this process sends them to it directly.
template <typename Model, typename OnPart>
class PartsJob final : public InputJob<Model, StreamJob>, private Stream<OutputOf<Model>> {
 public:
  using Output = OutputOf<Model>;

  // All outlive the job.
  PartsJob(const InputOf<Model>& input, OnPart& on_part, const Settings& settings) noexcept
      : InputJob<Model, StreamJob>(input), on_part_(on_part), settings_(settings) {}

  void decode(Decoder& reply) override { part_.emplace(Codec<Output>::decode(reply)); }

  bool take() override {
    if (thrown_) std::rethrow_exception(thrown_);
    if (!part_) return !enough_;
    Output part = std::move(*part_);
    part_.reset();
    return give(std::move(part));
  }

  std::size_t run(LoadedModel& model, Context& context) override {
    context_ = &context;
    try {
      std::optional<Output> last = this->ask(model, *this, context);
      if (last && !left_) part_.emplace(std::move(*last));
    } catch (...) {  // a model that was told to end may end in any way
      if (!left_) throw;
    }
    if (thrown_) refuse_more_parts();
    return part_ ? Codec<Output>::payload(*part_) : 0;
  }

  [[nodiscard]] bool ended_by_caller() const noexcept override { return enough_ || thrown_; }

 private:
  void send(const Output& part) override {
    left_ = left_ || context_->cancelled();
    if (left_) refuse_more_parts();
    check_part(Codec<Output>::payload(part), settings_);
    try {
      enough_ = !give(part);
    } catch (...) {  // kept, because the model could catch it
      thrown_ = std::current_exception();
    }
    left_ = ended_by_caller();
    if (left_) refuse_more_parts();
  }

  bool give(Output part) {
    if constexpr (std::is_void_v<std::invoke_result_t<OnPart&, Output>>) {
      std::invoke(on_part_, std::move(part));
      return true;
    } else {
      return static_cast<bool>(std::invoke(on_part_, std::move(part)));
    }
  }

  OnPart& on_part_;
  const Settings& settings_;
  const Context* context_ = nullptr;
  std::optional<Output> part_ = {};
  bool left_ = false;               // the caller takes no more, for any reason,
  bool enough_ = false;             // because its function returned false,
  std::exception_ptr thrown_ = {};  // or threw this
};

}  // namespace inferpool::detail
