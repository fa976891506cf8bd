// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include <inferpool/detail/codable_type.hpp>
#include <inferpool/detail/part_sink.hpp>
#include <inferpool/model.hpp>

namespace inferpool::detail {

template <typename Model>
std::unique_ptr<Model> load_model(const Settings& settings, WorkerInfo info) {
  if constexpr (std::is_constructible_v<Model, const Settings&, WorkerInfo>) {
    return std::make_unique<Model>(settings, info);
  } else {
    return std::make_unique<Model>(settings);
  }
}

// For a model in the host's own process: references() counts the references to the bytes of an
// input; detach() gives it bytes of its own, so that the model may keep an input whose bytes the
// caller only lent.
[[nodiscard]] std::uint64_t references(const Tensor& input) noexcept;
[[nodiscard]] std::uint64_t references(const Request& input) noexcept;
void detach(const Tensor& input);
void detach(const Request& input);

// One inference, the same in a worker and in the host.
template <typename Model>
OutputOf<Model> run_model(Model& model, const InputOf<Model>& input, Context& context,
                          const Settings& settings) {
  auto predict = [&]() -> OutputOf<Model> {
    if constexpr (requires { model.predict(input, context); }) {
      return model.predict(input, context);
    } else {
      return model.predict(input);
    }
  };
  if constexpr (std::is_same_v<InputOf<Model>, Request> &&
                std::is_same_v<OutputOf<Model>, Response>) {
    Response response = predict();
    complete_response(response, input, settings);
    return response;
  } else {
    return predict();
  }
}

// The same for a model that may answer in parts through `stream`. None: no part is left to return.
template <typename Model>
std::optional<OutputOf<Model>> run_model(Model& model, const InputOf<Model>& input,
                                         Stream<OutputOf<Model>>& stream, Context& context,
                                         const Settings& settings) {
  if constexpr (!Streaming<Model>) {
    return run_model<Model>(model, input, context, settings);
  } else if constexpr (std::is_same_v<InputOf<Model>, Request> &&
                       std::is_same_v<OutputOf<Model>, Response>) {
    CompletingStream completing(stream, input, settings);
    std::optional<Response> response = model.predict(input, completing, context);
    if (response) complete_response(*response, input, settings);
    return response;
  } else {
    return model.predict(input, stream, context);
  }
}

// run_model on an input that belongs to the caller.
template <typename Model>
std::optional<OutputOf<Model>> run_model_on_lent(Model& model, const InputOf<Model>& input,
                                                 Stream<OutputOf<Model>>& stream, Context& context,
                                                 const Settings& settings) {
  using Input = InputOf<Model>;
  if constexpr (std::is_same_v<Input, Tensor> || std::is_same_v<Input, Request>) {
    struct DetachWhatWasKept {
      const Input& input;
      std::uint64_t before = references(input);
      ~DetachWhatWasKept() {
        if (references(input) > before) detach(input);
      }
    };
    const DetachWhatWasKept guard{input};
    return run_model<Model>(model, input, stream, context, settings);
  } else {
    return run_model<Model>(model, input, stream, context, settings);
  }
}

template <typename Model>
std::string type_signature() {
  return Codec<InputOf<Model>>::signature() + " -> " + Codec<OutputOf<Model>>::signature();
}

template <typename Model>
concept DescribesItself = requires(const Model& model) {
  { model.description() } -> std::same_as<std::string>;
};

// A model without its types, as a worker serves it.
class ServedModel {
 public:
  virtual ~ServedModel() = default;
  [[nodiscard]] virtual std::string signature() const = 0;
  [[nodiscard]] virtual bool thread_safe() const noexcept = 0;
  // The description of the loaded model; empty: it has none.
  [[nodiscard]] virtual std::string description() const = 0;
  // Throws what the model's constructor throws.
  virtual void load(const Settings& settings, WorkerInfo info) = 0;
  // False: all parts were sent, and the reply is empty. Throws Malformed for a malformed frame,
  // else what predict throws.
  virtual bool serve(Decoder& request, Encoder& reply, PartSink& parts, Context& context) = 0;
  virtual void unload() = 0;
};

template <typename Model>
class Served final : public ServedModel {
  using Input = typename CodableType<InputOf<Model>>::type;
  using Output = typename CodableType<OutputOf<Model>>::type;

 public:
  std::string signature() const override { return type_signature<Model>(); }
  bool thread_safe() const noexcept override { return is_thread_safe<Model>; }
  std::string description() const override {
    if constexpr (DescribesItself<Model>) return model_->description();
    return {};
  }
  void load(const Settings& settings, WorkerInfo info) override {
    settings_ = settings;
    model_ = load_model<Model>(settings_, info);
  }
  bool serve(Decoder& request, Encoder& reply, PartSink& parts, Context& context) override {
    const Input input = Codec<Input>::decode(request);
    request.finish();
    if constexpr (Streaming<Model>) {
      EncodedStream<Output> stream(parts);
      const auto last = run_model<Model>(*model_, input, stream, context, settings_);
      if (!last && !parts.wanted()) refuse_parts();
      if (last) Codec<Output>::encode(reply, *last);
      return last.has_value();
    } else {
      Codec<Output>::encode(reply, run_model<Model>(*model_, input, context, settings_));
      return true;
    }
  }
  void unload() override { model_.reset(); }

 private:
  Settings settings_;
  std::unique_ptr<Model> model_;
};

}  // namespace inferpool::detail
