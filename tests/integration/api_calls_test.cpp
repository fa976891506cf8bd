// SPDX-License-Identifier: Apache-2.0
// What a caller sends, and what comes back.
#include <limits>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/point.hpp"

namespace inferpool::test {
namespace {

TEST_CASE("A3: a response has the request's id, the model's name and version, and the outputs") {
  const int workers = GENERATE(0, 2);
  Settings settings = actor_settings(workers);
  settings.name = "digits";
  settings.version = "v1.2";
  Pool<Actor> pool(settings);
  Request request = act("echo", {}, {{"a", floats(3, 1)}, {"b", Tensor::scalar<std::int64_t>(7)}});
  request.id = "request 17";
  const Response response = pool.infer(request);
  CHECK(response.id == "request 17");
  CHECK(response.model_name == "digits");
  CHECK(response.model_version == "v1.2");
  REQUIRE(response.outputs.size() == 2);
  CHECK(response["a"] == floats(3, 1));
  CHECK(response["b"].values<std::int64_t>()[0] == 7);
  CHECK(response.outputs.begin()->name == "a");
}

TEST_CASE(
    "A4: an error of the model reaches only its caller, with type and text, and the worker goes "
    "on") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const auto pid = pool.infer(act("who")).parameters.at("pid");
  const Error error = error_of([&] {
    return pool.infer(act("throw", {{"text", "no such class: 11"}}));
  });
  CHECK(error.code() == ErrorCode::kModelFailed);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(error.details().exception_type == "std::domain_error");
  CHECK(error.details().exception_text == "no such class: 11");
  CHECK_THAT(error.what(), contains("no such class: 11"));
  CHECK(pool.infer(act("who")).parameters.at("pid") == pid);
  CHECK(pool.stats().failed == 1);
  CHECK(pool.stats().succeeded == 2);
}

TEST_CASE("a pool without a type carries parameters of all kinds both ways") {
  Pool<> pool(actor_settings(1));
  const Parameters sent = {{"yes", true},
                           {"no", false},
                           {"least", std::numeric_limits<std::int64_t>::min()},
                           {"most", std::numeric_limits<std::int64_t>::max()},
                           {"tiny", std::numeric_limits<double>::denorm_min()},
                           {"endless", -std::numeric_limits<double>::infinity()},
                           {"empty", std::string()},
                           {"with a NUL", std::string("a\0b", 3)},
                           {"long", std::string(100'000, 'x')},
                           {"do", std::string("echo")},
                           {"", std::string("without a name")}};
  Request request;
  request.parameters = sent;
  CHECK(pool.infer(request).parameters == sent);
}

TEST_CASE("a pool without a type carries many tensors, in their order") {
  Pool<> pool(actor_settings(1));
  Request request;
  for (int i = 99; i >= 0; --i)
    request.inputs.add("tensor " + std::to_string(i), floats(i, static_cast<float>(i)));
  const Response response = pool.infer(request);
  REQUIRE(response.outputs.size() == 100);
  int i = 99;
  for (const NamedTensor& output : response.outputs) {
    CHECK(output.name == "tensor " + std::to_string(i));
    CHECK(output.tensor == floats(i, static_cast<float>(i)));
    --i;
  }
}

TEST_CASE("an empty request is answered") {
  Pool<> pool(actor_settings(1));
  const Response response = pool.infer({});
  CHECK(response.outputs.empty());
  CHECK(response.parameters.empty());
  CHECK(response.id.empty());
}

TEST_CASE("structs travel both ways") {
  const int workers = GENERATE(0, 1);
  Pool<Turn> pool(settings_for("struct_worker", workers));
  const Turned first = pool.infer({3, 4});
  CHECK(first.point.x == -4);
  CHECK(first.point.y == 3);
  CHECK(first.tag == std::array<std::uint8_t, 3>{1, 2, 3});
  CHECK(first.turns == 1);
  CHECK(pool.infer({0, 0}).turns == 2);
  CHECK(pool.submit({1, 0}).get().point.y == 1);
}

TEST_CASE("try_infer gives the answer, or the error that infer would throw") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const auto answer = pool.try_infer(Request{{"x", floats(2, 3)}});
  REQUIRE(answer.has_value());
  CHECK((*answer)["x"] == floats(2, 3));
  const auto refused = pool.try_infer(act("throw", {{"text", "no"}}));
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code() == ErrorCode::kModelFailed);
  CHECK_THROWS_AS(refused.value(), Error);
}

TEST_CASE("a model is told its deadline, if there is one") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const Response without = pool.infer(act("context"));
  CHECK(without.parameters.count("seconds left") == 0);
  CHECK_FALSE(std::get<bool>(without.parameters.at("cancelled")));

  const Response timeout = pool.infer(act("context"), {.timeout = 100s});
  const double left = std::get<double>(timeout.parameters.at("seconds left"));
  CHECK(left > 50);
  CHECK(left <= 100);

  const auto soon = std::chrono::steady_clock::now() + 50s;
  const Response earlier = pool.infer(act("context"), {.timeout = 100s, .deadline = soon});
  CHECK(std::get<double>(earlier.parameters.at("seconds left")) <= 50);
}

TEST_CASE("a call that comes too late, or was given up before, is not run") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  gate.open();
  std::stop_source stop;
  stop.request_stop();
  for (int i = 0; i < 50; ++i) {
    const Error late = error_of([&] { return pool.infer(gate.pass(), {.timeout = 0s}); });
    CHECK(late.code() == ErrorCode::kDeadlineExceeded);
    CHECK(late.phase() == Phase::kQueued);
    const Error given_up =
        error_of([&] { return pool.infer(gate.pass(), {.stop = stop.get_token()}); });
    CHECK(given_up.code() == ErrorCode::kCancelled);
    CHECK(given_up.phase() == Phase::kQueued);
  }
  CHECK(gate.arrived() == 0);
  CHECK(pool.stats().failed == 100);
}

TEST_CASE("the pool's request_timeout is the deadline of a call that names none") {
  const int workers = GENERATE(0, 1);
  Settings settings = actor_settings(workers);
  settings.request_timeout = 100s;
  Pool<Actor> pool(settings);
  CHECK(std::get<double>(pool.infer(act("context")).parameters.at("seconds left")) > 50);
  const Response own = pool.infer(act("context"), {.timeout = 20s});
  CHECK(std::get<double>(own.parameters.at("seconds left")) <= 20);
}

TEST_CASE("a model that was cancelled hears of it, ends, and serves the next request") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  OwnGate gate;
  std::stop_source stop;
  auto call =
      infer_aside(pool, act("to the end", {{"gate", gate.path()}}), {.stop = stop.get_token()});
  REQUIRE(gate.reached_by(1));
  stop.request_stop();
  const Error error = error_of([&] { return call.get(); });
  CHECK(error.code() == ErrorCode::kCancelled);
  CHECK(error.phase() == Phase::kRunning);
  CHECK(pool.infer(Request{{"x", floats(1, 1)}})["x"] == floats(1, 1));
  CHECK(pool.health().restarts == 0);
}

TEST_CASE("an output that the model writes into the reply's memory itself arrives") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  for (const std::int64_t count : {0, 1, 16, 17, 5'000, 100'000}) {
    const Response response = pool.infer(act("output", {{"count", count}, {"value", 2.5}}));
    CHECK(response["output"] == floats(count, 2.5F));
  }
}

TEST_CASE(
    "B11: a request with more names than a frame takes is refused at once, and the pool goes on") {
  Pool<Actor> pool(actor_settings(1));
  Request request = act("who");
  request.id.assign(17 << 20, 'x');
  const Error error = error_of([&] { return pool.infer(request); });
  CHECK(error.code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(error.what(), contains("accepted: 16777216"));
  CHECK_NOTHROW(pool.infer(act("who")));
}

}  // namespace
}  // namespace inferpool::test
