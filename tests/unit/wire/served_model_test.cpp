// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/served_model.hpp>

#include <vector>

#include "catch.hpp"

namespace inferpool::detail {
namespace {

struct NoContext final : Context {
  using Context::output;
  Tensor output(Datatype, const Shape&) override { return {}; }
  bool cancelled() const noexcept override { return false; }
  std::optional<std::chrono::steady_clock::time_point> deadline() const noexcept override {
    return std::nullopt;
  }
};

struct Keeps {
  explicit Keeps(const Settings&) {}
  Tensor predict(const Tensor& input) {
    kept = input;
    return input;
  }
  Tensor kept;
};

struct Answers {
  Response predict(const Request&) { return Response{{"out", Tensor::scalar(1.0F)}}; }
};

struct NeedsInfo {
  NeedsInfo(const Settings&, WorkerInfo given) : info(given) {}
  int predict(int value, Context&) const noexcept { return value + info.index; }
  WorkerInfo info;
};

TEST_CASE(
    "A3: a response gets the request's id and the model's name and version where the model left "
    "them empty") {
  Answers model;
  NoContext context;
  Request request;
  request.id = "r1";
  Settings settings;
  settings.name = "digits";
  settings.version = "v3";
  const Response response = run_model(model, request, context, settings);
  CHECK(response.id == "r1");
  CHECK(response.model_name == "digits");
  CHECK(response.model_version == "v3");
  CHECK(response["out"].values<float>()[0] == 1.0F);
}

TEST_CASE(
    "a model that keeps a borrowed input in the caller's process has bytes of its own afterwards") {
  Settings settings;
  Keeps model(settings);
  NoContext context;
  std::vector<float> lent(100, 1.0F);
  {
    const Tensor input = Tensor::borrow(lent, {100});
    NoStream<Tensor> none;
    static_cast<void>(run_model_on_lent(model, input, none, context, settings));
  }
  lent.assign(100, 9.0F);
  CHECK(model.kept.values<float>()[99] == 1.0F);
}

struct Streams {
  std::optional<Response> predict(const Request&, Stream<Response>& stream, Context&) {
    stream.send(Response{{"out", Tensor::scalar(1.0F)}});
    return Response{{"out", Tensor::scalar(2.0F)}};
  }
};

struct Kept final : Stream<Response> {
  void send(const Response& part) override { parts.push_back(part); }
  std::vector<Response> parts;
};

TEST_CASE("a model that streams is known by its predict, and its output is that of a part") {
  struct Named {
    using Input = int;
    using Output = float;
    std::optional<float> predict(int, Stream<float>&, Context&) { return 1.0F; }
  };
  struct Optional {
    std::optional<float> predict(int);
  };
  static_assert(Streaming<Streams> && Streaming<Named>);
  static_assert(!Streaming<Answers> && !Streaming<Keeps> && !Streaming<Generic>);
  static_assert(std::is_same_v<OutputOf<Streams>, Response>);
  static_assert(std::is_same_v<OutputOf<Optional>, std::optional<float>>);
  CHECK(type_signature<Streams>() == type_signature<Answers>());
}

TEST_CASE("parts of a response are completed as an answer is") {
  Streams model;
  NoContext context;
  Request request;
  request.id = "r1";
  Settings settings;
  settings.name = "digits";
  Kept kept;
  const auto last = run_model(model, request, kept, context, settings);
  REQUIRE(kept.parts.size() == 1);
  CHECK(kept.parts[0].id == "r1");
  CHECK(kept.parts[0].model_name == "digits");
  REQUIRE(last);
  CHECK(last->id == "r1");
}

TEST_CASE("a constructor may take the worker's index, and predict a context, const and noexcept") {
  const auto model = load_model<NeedsInfo>(Settings{}, WorkerInfo{5, 1});
  NoContext context;
  CHECK(run_model(*model, 10, context, Settings{}) == 15);
  CHECK(type_signature<Keeps>() == "Tensor -> Tensor");
  CHECK(type_signature<NeedsInfo>() != type_signature<Keeps>());
}

}  // namespace
}  // namespace inferpool::detail
