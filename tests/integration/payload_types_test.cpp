// SPDX-License-Identifier: Apache-2.0
// A13: strings, vectors and types with their own codec arrive unchanged in both directions.
#include <array>
#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "workers/caption.hpp"
#include "workers/sequences.hpp"

namespace inferpool::test {
namespace {

// In bytes: in the frame, in a block, around the size from which tensors are views, and large.
constexpr std::array<std::size_t, 9> kSizes = {0,      1,      256,     257,        4'096,
                                               16'383, 16'384, 100'000, 1024 * 1024};

// Contains all byte values, also 0.
std::string text_of(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i * 7 + i / 256);
  return text;
}

std::string reversed(const std::string& text) { return {text.rbegin(), text.rend()}; }

std::vector<std::int32_t> numbers_of(std::size_t bytes) {
  std::vector<std::int32_t> numbers(bytes / sizeof(std::int32_t));
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<std::int32_t>(i * 5 + 1);
  return numbers;
}

bool are_sums(const std::vector<Sum>& sums, const std::vector<std::int32_t>& numbers) {
  std::int64_t total = 0;
  for (std::size_t i = 0; i < numbers.size() && i < sums.size(); ++i) {
    total += numbers[i];
    if (sums[i].total != total || sums[i].count != i + 1) return false;
  }
  return sums.size() == numbers.size();
}

bool is_caption(const Caption& caption, const Picture& picture) {
  std::vector<float> scores;
  for (const char letter : picture.title) scores.push_back(static_cast<float>(letter));
  return caption.text == "a picture of " + picture.title && caption.scores == scores &&
         caption.thumbnail == picture.pixels;
}

// Has room for the largest answer: four times the request for RunningSums, six for Captioner.
Settings settings_of(const std::string& worker, int workers) {
  Settings settings = settings_for(worker, workers);
  settings.max_payload = 8 * kMiB;
  settings.shared_memory_limit = 128 * kMiB;
  return settings;
}

TEST_CASE("A13: strings of every size arrive, with all bytes in them") {
  const int workers = GENERATE(0, 2);
  Pool<Reverser> pool(settings_of("string_worker", workers));
  for (const std::size_t size : kSizes) {
    CAPTURE(workers, size);
    const std::string sent = text_of(size);
    CHECK((pool.infer(sent) == reversed(sent)));
    CHECK((pool.submit(sent).get() == reversed(sent)));
    CHECK((pool.try_infer(sent).value() == reversed(sent)));
  }
}

TEST_CASE("A13: vectors of every size arrive, of numbers one way and of structs the other") {
  const int workers = GENERATE(0, 2);
  Pool<RunningSums> pool(settings_of("vector_worker", workers));
  for (const std::size_t size : kSizes) {
    CAPTURE(workers, size);
    const std::vector<std::int32_t> sent = numbers_of(size);
    CHECK(are_sums(pool.infer(sent), sent));
    CHECK(are_sums(pool.submit(sent).get(), sent));
    CHECK(are_sums(pool.try_infer(sent).value(), sent));
  }
}

TEST_CASE("A13: types with a codec of their own arrive with all members, of every size") {
  const int workers = GENERATE(0, 2);
  Pool<Captioner> pool(settings_of("caption_worker", workers));
  for (const std::size_t size : kSizes) {
    CAPTURE(workers, size);
    const auto count = static_cast<std::int64_t>(size / sizeof(float));
    const Picture sent{text_of(size), floats(count, 2.5F)};
    CHECK(is_caption(pool.infer(sent), sent));
    CHECK(is_caption(pool.submit(sent).get(), sent));
    CHECK(is_caption(pool.try_infer(sent).value(), sent));
  }
}

TEST_CASE("of many answers of different sizes at once each goes to its own caller") {
  const int workers = GENERATE(0, 2);
  Pool<Captioner> pool(settings_of("caption_worker", workers));
  std::vector<Picture> sent;
  std::vector<std::future<Caption>> answers;
  for (std::size_t i = 0; i < 200; ++i) {
    sent.push_back({text_of(i * 97 % 3000), floats(static_cast<std::int64_t>(i), 0.5F)});
    answers.push_back(pool.submit(sent.back()));
  }
  for (std::size_t i = 0; i < sent.size(); ++i) REQUIRE(is_caption(answers[i].get(), sent[i]));
  CHECK(pool.stats().succeeded == 200);
  CHECK(eventually([&] { return pool.stats().payload_in_flight == 0; }));
}

TEST_CASE("an output of a user's own type keeps its tensors when the pool is gone") {
  std::optional<Caption> kept;
  const Picture sent{"sea", floats(100'000, 3)};
  {
    Pool<Captioner> pool(settings_of("caption_worker", 1));
    kept = pool.infer(sent);
  }
  CHECK(is_caption(*kept, sent));
}

TEST_CASE("B11: a string or a vector over max_payload is refused, and so is an answer over it") {
  const int workers = GENERATE(0, 1);
  Settings settings = settings_for("vector_worker", workers);
  settings.max_payload = 100'000;
  Pool<RunningSums> sums(settings);
  const auto refused = [&](std::size_t bytes) {
    return error_of([&] { return sums.submit(numbers_of(bytes)).get(); });
  };
  CHECK(refused(100'004).code() == ErrorCode::kPayloadTooLarge);
  CHECK_THAT(refused(100'004).what(), contains("max_payload"));
  CHECK(refused(100'000).code() == ErrorCode::kPayloadTooLarge);  // its answer is too large
  CHECK(are_sums(sums.infer(numbers_of(25'000)), numbers_of(25'000)));

  settings.worker = "string_worker";
  Pool<Reverser> reverser(settings);
  CHECK(error_of([&] { return reverser.infer(text_of(100'001)); }).code() ==
        ErrorCode::kPayloadTooLarge);
  CHECK((reverser.infer(text_of(100'000)) == reversed(text_of(100'000))));
}

TEST_CASE("a worker with another vector or string type does not start") {
  const Error error = error_of([] {
    Pool<Reverser> pool(settings_for("vector_worker", 1));
    return 0;
  });
  CHECK(error.code() == ErrorCode::kStartupFailed);
  CHECK_THAT(error.what(), contains("vector of struct i") && contains("string -> string"));
}

}  // namespace
}  // namespace inferpool::test
