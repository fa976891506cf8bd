// SPDX-License-Identifier: Apache-2.0
// A caller's traceparent reaches the model.
#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/tracer.hpp"

namespace inferpool::test {
namespace {

const std::string kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
const std::string kOther = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

std::string seen_by_model(const Response& response) {
  return std::get<std::string>(response.parameters.at("traceparent"));
}

TEST_CASE("a traceparent in the options reaches a model of tensors, with that call alone") {
  const int workers = GENERATE(0, 1);
  Pool<Tracer> pool(settings_for("tracer_worker", workers));
  for (const std::int64_t count : {1, 100, 50'000}) {
    const Tensor input = floats(count, 1);
    CHECK(text_of(pool.infer(input, {.traceparent = kTrace})) == kTrace);
    CHECK(text_of(pool.infer(input)).empty());
    CHECK(text_of(pool.submit(input, {.traceparent = kOther}).get()) == kOther);
    CHECK(text_of(pool.submit(input).get()).empty());
  }
}

TEST_CASE("a traceparent reaches a model of requests, from the options or from a parameter") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  Request request = act("context");
  if (GENERATE(false, true)) request.id.assign(2'000, 'i');  // a frame that does not fit the slot
  CHECK(seen_by_model(pool.infer(request)).empty());
  CHECK(seen_by_model(pool.infer(request, {.traceparent = kTrace})) == kTrace);
  request.parameters["traceparent"] = kOther;
  CHECK(seen_by_model(pool.infer(request)) == kOther);
  CHECK(seen_by_model(pool.submit(request).get()) == kOther);
  CHECK(seen_by_model(pool.infer(request, {.traceparent = kTrace})) == kTrace);
}

TEST_CASE("the parameters of a request reach its model as they are, whatever its options say") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const Request with = act("echo", {{"traceparent", kOther}});
  CHECK(pool.infer(with, {.traceparent = kTrace}).parameters == with.parameters);
  const Request without = act("echo");
  CHECK(pool.infer(without, {.traceparent = kTrace}).parameters == without.parameters);
}

TEST_CASE("a malformed traceparent is refused by every verb, with its value and the right form") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  const auto check = [&](const Request& request, const InferOptions& options) {
    for (const Error& error : {error_of([&] { return pool.infer(request, options); }),
                               pool.try_infer(request, options).error(),
                               error_of([&] { return pool.submit(request, options).get(); })}) {
      CHECK(error.code() == ErrorCode::kInvalidArgument);
      CHECK_THAT(error.what(), contains("\"00-BAD\"") && contains("00-<32 hex digits>-"));
    }
  };
  check(act("echo"), {.traceparent = "00-BAD"});
  check(act("echo", {{"traceparent", "00-BAD"}}), {});
  const Stats stats = pool.stats();
  CHECK(stats.requests == 6);
  CHECK(stats.failed == 6);
  CHECK(stats.in_flight == 0);
  CHECK_NOTHROW(pool.infer(act("echo", {{"traceparent", "00-BAD"}}), {.traceparent = kTrace}));
}

}  // namespace
}  // namespace inferpool::test
