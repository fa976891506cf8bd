// SPDX-License-Identifier: Apache-2.0
#include <inferpool/detail/model_job.hpp>

#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "unit/heap_context.hpp"
#include "unit/wire/memory_blocks.hpp"

namespace inferpool::detail {
namespace {

struct Doubles {
  explicit Doubles(const Settings& /*settings*/) {}
  std::string predict(const std::string& text) { return text + text; }
};

// Sends its input letter by letter, and returns the rest once it may send no more.
struct Spells {
  explicit Spells(const Settings& /*settings*/) {}
  std::optional<std::string> predict(const std::string& text, Stream<std::string>& stream,
                                     Context& /*context*/) {
    for (const char letter : text) {
      if (letter == '.') return ".";
      stream.send(std::string(1, letter));
    }
    return std::nullopt;
  }
};

struct OnlyTypes {
  using Input = std::string;
  using Output = std::string;
};

Settings settings() {
  Settings settings;
  settings.max_payload = 100;
  return settings;
}

// The sender encodes and the receiver decodes, as with a back end that has workers.
template <typename JobType>
void hand_over(const Job& sender, JobType& receiver) {
  test::MemoryBlocks blocks(4096);
  FrameBuffer frame;
  Encoder encoder(frame, blocks, 1000);
  sender.encode(encoder);
  Decoder decoder(frame.bytes(), blocks);
  receiver.decode(decoder);
  decoder.finish();
}

TEST_CASE("the traits of a model say what it takes and gives, and whether it can be loaded here") {
  CHECK(traits_of<Doubles>().signature == "string -> string");
  CHECK(traits_of<Doubles>().load != nullptr);
  CHECK_FALSE(traits_of<Doubles>().thread_safe);
  CHECK(traits_of<OnlyTypes>().load == nullptr);
}

TEST_CASE("a job encodes its input and decodes the output, or runs the model here") {
  const std::string input = "ab";
  CHECK(WaitingJob<Doubles>(input).payload() == 2);
  SECTION("encodes") {
    WaitingJob<Doubles> job(input);
    hand_over(job, job);
    CHECK(job.take() == "ab");
  }
  SECTION("runs") {
    const Settings s = settings();
    const auto model = traits_of<Doubles>().load(s);
    test::HeapContext context;
    WaitingJob<Doubles> job(input);
    CHECK(job.run(*model, context) == 4);
    CHECK(job.take() == "abab");
  }
}

TEST_CASE("a job with one answer refuses parts, and takes what the model returns instead") {
  const Settings s = settings();
  const auto model = traits_of<Spells>().load(s);
  test::HeapContext context;
  const std::string parts = "ab";
  WaitingJob<Spells> refused(parts);
  CHECK_THROWS_AS(refused.run(*model, context), Error);
  const std::string whole = ".";
  WaitingJob<Spells> taken(whole);
  CHECK(taken.run(*model, context) == 1);
  CHECK(taken.take() == ".");
}

TEST_CASE("an asynchronous job is told by its future or by its handler, also of an error") {
  const std::string input = "ab";
  auto promise = std::make_unique<PromiseJob<Doubles>>(input);
  std::future<std::string> future = promise->future();
  std::optional<Result<std::string>> result;
  HandlerJob<Doubles, std::function<void(Result<std::string>)>> handler(
      input, [&](Result<std::string> r) { result.emplace(std::move(r)); });
  SECTION("an answer") {
    const WaitingJob<Doubles> sender(input);
    hand_over(sender, *promise);
    promise->complete();
    CHECK(future.get() == "ab");
    hand_over(sender, handler);
    handler.complete();
    CHECK(**result == "ab");
  }
  SECTION("an error") {
    promise->fail(Error(ErrorCode::kQueueFull, ""));
    CHECK_THROWS_AS(future.get(), Error);
    handler.fail(Error(ErrorCode::kQueueFull, ""));
    CHECK(result->error().code() == ErrorCode::kQueueFull);
  }
}

// A caller of parts, and a model of this process.
template <typename OnPart>
struct Parts {
  explicit Parts(std::string text, OnPart on) : input(std::move(text)), on_part(std::move(on)) {}
  std::size_t run() { return job.run(*model, context); }

  std::string input;
  OnPart on_part;
  Settings s = settings();
  std::unique_ptr<LoadedModel> model = traits_of<Spells>().load(s);
  test::HeapContext context;
  PartsJob<Spells, OnPart> job{input, on_part, s};
};

TEST_CASE(
    "parts of a model in this process reach their caller as they are sent, the last one after the "
    "run") {
  std::string seen;
  Parts parts("ab.", [&](const std::string& part) { seen += part; });
  CHECK(parts.run() == 1);
  CHECK(seen == "ab");
  CHECK(parts.job.take());
  CHECK(seen == "ab.");
  CHECK(parts.job.take());  // there is nothing left to give
  CHECK(seen == "ab.");
  CHECK_FALSE(parts.job.ended_by_caller());
}

TEST_CASE("decoded parts are given one by one, until the caller wants no more") {
  int wanted = 2;
  Parts parts("x", [&](const std::string&) { return --wanted > 0; });
  const WaitingJob<Spells> sender(parts.input);
  hand_over(sender, parts.job);
  CHECK(parts.job.take());
  hand_over(sender, parts.job);
  CHECK_FALSE(parts.job.take());
}

TEST_CASE("a caller that wants no more ends the model, and that is nobody's error") {
  std::string seen;
  Parts parts("abc", [&](const std::string& part) { return (seen += part).size() < 2; });
  CHECK(parts.run() == 0);
  CHECK(seen == "ab");
  CHECK(parts.job.ended_by_caller());
  CHECK_FALSE(parts.job.take());
}

TEST_CASE("what the caller throws ends the model, which cannot catch it, and comes out of take()") {
  Parts parts("abc", [](const std::string&) { throw std::out_of_range("mine"); });
  CHECK_THROWS_AS(parts.run(), Error);
  CHECK(parts.job.ended_by_caller());
  CHECK_THROWS_AS(parts.job.take(), std::out_of_range);
}

TEST_CASE("a part over max_payload is refused to the model, whose error it is") {
  struct SendsMuch {
    explicit SendsMuch(const Settings& /*settings*/) {}
    std::optional<std::string> predict(const std::string&, Stream<std::string>& stream, Context&) {
      stream.send(std::string(101, 'x'));
      return std::nullopt;
    }
  };
  const Settings s = settings();
  const auto model = traits_of<SendsMuch>().load(s);
  test::HeapContext context;
  const std::string input;
  auto nothing = [](const std::string&) {};
  PartsJob<SendsMuch, decltype(nothing)> job(input, nothing, s);
  try {
    job.run(*model, context);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kPayloadTooLarge);
  }
  CHECK_FALSE(job.ended_by_caller());
}

}  // namespace
}  // namespace inferpool::detail
