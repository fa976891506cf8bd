// SPDX-License-Identifier: Apache-2.0
// Outputs that the host holds.
#include <signal.h>

#include <optional>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/processes.hpp"
#include "integration/shared_view.hpp"
#include "workers/echo.hpp"

namespace inferpool::test {
namespace {

constexpr std::int64_t kCount = 20'000;  // 80 kB: a view

Request filled(const std::string& way, float value, std::int64_t count = kCount) {
  return act(way, {{"count", count}, {"value", static_cast<double>(value)}});
}

TEST_CASE("an output of 16 KiB or more views shared memory, a smaller one does not") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  CHECK(lies_in("replies", pool.infer(floats(4'096, 1))));
  CHECK_FALSE(lies_in("replies", pool.infer(floats(4'095, 1))));
  CHECK(lies_in("replies", pool.submit(floats(4'096, 1)).get()));
}

TEST_CASE(
    "an output keeps its content while its worker serves others, after it was killed, and after "
    "the pool is gone") {
  const std::string way = GENERATE("output", "large");
  std::optional<Pool<Actor>> pool(std::in_place, actor_settings(1));
  const Tensor held = pool->infer(filled(way, 1))["output"];
  REQUIRE(lies_in("replies", held));
  for (int i = 2; i < 50; ++i)
    CHECK(all_equal(pool->infer(filled(way, static_cast<float>(i)))["output"].values<float>(),
                    static_cast<float>(i)));
  CHECK(all_equal(held.values<float>(), 1));

  REQUIRE(kill(pool->stats().workers.at(0).pid, SIGKILL) == 0);
  REQUIRE(eventually([&] { return pool->health().restarts == 1 && pool->health().live == 1; }));
  for (int i = 2; i < 50; ++i) static_cast<void>(pool->infer(filled(way, static_cast<float>(i))));
  CHECK(all_equal(held.values<float>(), 1));

  const Tensor copy = held;
  pool.reset();
  CHECK(all_equal(copy.values<float>(), 1));
  CHECK(lies_in("replies", copy));
}

TEST_CASE("the last output to go takes the memory of a dead worker with it") {
  const Footprint before;
  std::optional<Tensor> held;
  {
    Pool<Echo> pool(settings_for("echo_worker", 1));
    held = pool.infer(floats(kCount, 1));
  }
  CHECK(mapped_regions() > before.regions);
  held.reset();
  CHECK(Footprint() == before);
}

TEST_CASE("an output may be written: its holder gets bytes of its own first") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  Tensor output = pool.infer(floats(kCount, 1));
  const Tensor other = output;
  std::ranges::fill(output.mutable_values<float>(), 2.0F);
  CHECK_FALSE(lies_in("replies", output));
  CHECK(all_equal(output.values<float>(), 2));
  CHECK(all_equal(other.values<float>(), 1));
}

TEST_CASE("an output may be sent as the next input, to the same pool and to another") {
  Pool<Echo> pool(settings_for("echo_worker", 1));
  Pool<Echo> other(settings_for("echo_worker", 1));
  Tensor tensor = floats(kCount, 4);
  for (int i = 0; i < 5; ++i) tensor = other.infer(pool.infer(tensor));
  CHECK(all_equal(tensor.values<float>(), 4));
}

TEST_CASE("outputs held beyond half of a worker's replies are copies, so that it never runs out") {
  Settings settings = settings_for("echo_worker", 1);
  settings.shared_memory_limit = 16 * kMiB;  // 8 MiB for the replies of the one worker
  Pool<Echo> pool(settings);
  constexpr std::int64_t k64KiB = 64 * 1024 / sizeof(float);
  for (int round = 0; round < 2; ++round) {
    std::vector<Tensor> held;
    for (int i = 0; i < 300; ++i) held.push_back(pool.infer(floats(k64KiB, static_cast<float>(i))));
    int views = 0;
    for (std::size_t i = 0; i < held.size(); ++i) {
      CHECK(all_equal(held[i].values<float>(), static_cast<float>(i)));
      views += lies_in("replies", held[i]) ? 1 : 0;
    }
    CHECK(views == 64);
    held.erase(held.begin());  // one of them is a view
    CHECK(lies_in("replies", pool.infer(floats(k64KiB, 1))));
  }
}

TEST_CASE("however many outputs are held, the next request is answered") {
  Settings settings = settings_for("echo_worker", 1);
  settings.shared_memory_limit = 256 * kMiB;
  Pool<Echo> pool(settings);
  std::vector<Tensor> held;
  for (int i = 0; i < 3'000; ++i) held.push_back(pool.infer(floats(4'096, static_cast<float>(i))));
  bool right = true;
  for (std::size_t i = 0; i < held.size(); ++i)
    right = right && all_equal(held[i].values<float>(), static_cast<float>(i));
  CHECK(right);
}

TEST_CASE("a small output that is held does not use up the worker's memory for replies") {
  Settings settings = actor_settings(1);
  settings.shared_memory_limit = 16 * kMiB;  // 8 MiB for the replies of the one worker
  Pool<Actor> pool(settings);
  const std::string text(kMiB, 'x');
  const std::vector<std::string_view> texts = {text};
  std::vector<Tensor> held;
  for (int i = 0; i < 30; ++i) {
    const Response response = pool.infer(act("echo", {},
                                             {{"numbers", floats(4'096, static_cast<float>(i))},
                                              {"text", Tensor::from_strings(texts)}}));
    CHECK(response["text"].strings() == texts);
    held.push_back(response["numbers"]);
  }
  for (std::size_t i = 0; i < held.size(); ++i)
    CHECK(all_equal(held[i].values<float>(), static_cast<float>(i)));
}

TEST_CASE("with copy_outputs no output views memory that a worker writes") {
  Settings settings = settings_for("echo_worker", 1);
  settings.copy_outputs = true;
  Pool<Echo> pool(settings);
  const Tensor output = pool.infer(floats(kCount, 3));
  CHECK_FALSE(lies_in("replies", output));
  CHECK(all_equal(output.values<float>(), 3));
}

TEST_CASE("a model that keeps its input keeps the right bytes, whatever becomes of the caller's") {
  const int workers = GENERATE(0, 1);
  Pool<Actor> pool(actor_settings(workers));
  std::vector<float> borrowed(kCount, 1.0F);
  Tensor loan = pool.loan<float>({kCount});
  std::ranges::fill(loan.mutable_values<float>(), 2.0F);
  const TensorList sent = {{"borrowed", Tensor::borrow(borrowed, {kCount})},
                           {"loan", loan},
                           {"small", floats(100, 3)},
                           {"tiny", floats(1, 4)}};
  const Response kept_now = pool.infer(act("keep", {}, sent));
  std::ranges::fill(borrowed, -1.0F);
  std::ranges::fill(loan.mutable_values<float>(), -2.0F);
  for (int i = 0; i < 20; ++i) {  // may overwrite the old blocks
    pool.infer(act("echo", {},
                   {{"a", floats(kCount, -3)}, {"b", floats(kCount, -3)}, {"c", floats(100, -3)}}));
  }
  for (const Response& response : {kept_now, pool.infer(act("kept")), pool.infer(act("kept"))}) {
    CHECK(all_equal(response["borrowed"].values<float>(), 1));
    CHECK(all_equal(response["loan"].values<float>(), 2));
    CHECK(all_equal(response["small"].values<float>(), 3));
    CHECK(all_equal(response["tiny"].values<float>(), 4));
  }
}

TEST_CASE(
    "a model may return one and the same output again and again, and write to it after that") {
  const int workers = GENERATE(0, 1);
  const std::int64_t count = GENERATE(1, 1'000, 20'000);
  Pool<Actor> pool(actor_settings(workers));
  std::vector<Tensor> held;
  for (int i = 0; i < 100; ++i) held.push_back(pool.infer(filled("premade", 6, count))["output"]);
  const Tensor written = pool.infer(filled("write", 7, count))["output"];
  for (int i = 0; i < 10; ++i) CHECK(pool.infer(filled("premade", 8, count))["output"] == written);
  CHECK(all_equal(written.values<float>(), 7));
  for (const Tensor& tensor : held) {
    CHECK(tensor.shape() == Shape{count});
    CHECK(all_equal(tensor.values<float>(), 6));
  }
  held.clear();
  CHECK(pool.infer(filled("premade", 8, count))["output"] == written);
}

TEST_CASE(
    "an output that is one of the inputs does not change with what the caller does to the input") {
  const int workers = GENERATE(0, 1);
  Pool<Echo> pool(settings_for("echo_worker", workers));
  std::vector<float> values(kCount, 1.0F);
  const Tensor output = pool.infer(Tensor::borrow(values, {kCount}));
  std::ranges::fill(values, 2.0F);
  CHECK(all_equal(output.values<float>(), 1));
}

}  // namespace
}  // namespace inferpool::test
