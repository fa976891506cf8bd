// SPDX-License-Identifier: Apache-2.0
// An input that ended two workers is not run a third time, whichever verb sends it. Other inputs
// are run.
#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

constexpr const char* kTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
constexpr const char* kOtherTrace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b8-01";

// Makes two calls, each of which ends a worker.
template <typename P, typename Call>
void end_two_workers(P& pool, Call call) {
  for (std::uint64_t i = 1; i <= 2; ++i) {
    REQUIRE(call().code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, pool.stats().deaths));
  }
}

// The error of a call by this verb.
template <typename P>
Error ask(P& pool, const std::string& verb, const typename P::Input& input) {
  if (verb == "infer") return error_of([&] { return pool.infer(input); });
  if (verb == "try_infer") return error_of(pool.try_infer(input));
  if (verb == "submit") {
    auto future = pool.submit(input);
    return error_of(future);
  }
  std::promise<Result<typename P::Output>> told;
  pool.async_infer(input, {},
                   [&](Result<typename P::Output> result) { told.set_value(std::move(result)); });
  return error_of(told.get_future().get());
}

}  // namespace

TEST_CASE("An input that ended two workers is refused by every verb, and ends no third one") {
  const std::string killer = GENERATE("infer", "try_infer", "submit", "async_infer");
  FaultyPool pool(faulty_settings(2));
  const Command poison = command(Deed::kSegfault, "", 4);
  Error last(ErrorCode::kStopped, "");
  end_two_workers(pool, [&] { return last = ask(pool, killer, poison); });

  for (const char* verb : {"infer", "try_infer", "submit", "async_infer"}) {
    const Error error = ask(pool, verb, poison);
    CHECK(error.code() == ErrorCode::kPoisonedRequest);
    CHECK(error.phase() == Phase::kQueued);
    CHECK(error.details().pid == last.details().pid);
    CHECK(error.details().signal == SIGSEGV);
    CHECK_THAT(error.what(),
               contains("2 workers") && contains("SIGSEGV") && contains("poison_memory (600 s)"));
    // Another input passes.
    CHECK(pool.infer(command(Deed::kAnswer, "", 5)).number == 5);
  }
  const Stats stats = pool.stats();
  CHECK(stats.deaths == 2);
  CHECK(stats.poisoned == 4);
  CHECK(stats.failed == 6);
  CHECK(stats.requests == stats.succeeded + stats.failed);
}

TEST_CASE("However a worker ends, even if it hangs, its input is poison the third time") {
  const Deed deed =
      GENERATE(Deed::kAbort, Deed::kKill, Deed::kExit, Deed::kExitAtOnce, Deed::kSpinForever);
  Settings settings = faulty_settings(1);
  settings.hang_timeout = 2s;
  FaultyPool pool(settings);
  end_two_workers(pool, [&] { return error_of(pool.try_infer(command(deed))); });
  CHECK(error_of(pool.try_infer(command(deed))).code() == ErrorCode::kPoisonedRequest);
  CHECK(pool.stats().deaths == 2);
}

TEST_CASE("What waits behind an input that ends its workers is answered") {
  FaultyPool pool(faulty_settings(1));
  std::vector<std::future<Report>> poisons;
  std::vector<std::future<Report>> innocents;
  for (int i = 0; i < 6; ++i) {
    poisons.push_back(pool.submit(command(Deed::kAbort)));
    innocents.push_back(pool.submit(command(Deed::kAnswer, "", i)));
  }
  for (int i = 0; i < 6; ++i) CHECK(innocents[static_cast<std::size_t>(i)].get().number == i);
  for (auto& future : poisons) (void)error_of(future);
  CHECK(error_of(pool.try_infer(command(Deed::kAbort))).code() == ErrorCode::kPoisonedRequest);
}

TEST_CASE("With poison_memory = 0 an input may end as many workers as it likes") {
  Settings settings = faulty_settings(1);
  settings.poison_memory = 0s;
  FaultyPool pool(settings);
  for (std::uint64_t i = 1; i <= 4; ++i) {
    CHECK(error_of(pool.try_infer(command(Deed::kKill))).code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, i));
  }
  CHECK(pool.stats().deaths == 4);
  CHECK(pool.stats().poisoned == 0);
}

TEST_CASE("With retry = always one call poisons its input, and the next one is refused") {
  Settings settings = faulty_settings(2);
  settings.retry = Retry::kAlways;
  FaultyPool pool(settings);
  const Error first = error_of(pool.try_infer(command(Deed::kKill)));
  CHECK(first.code() == ErrorCode::kPoisonedRequest);
  CHECK(first.phase() == Phase::kRunning);
  const Error second = error_of(pool.try_infer(command(Deed::kKill)));
  CHECK(second.code() == ErrorCode::kPoisonedRequest);
  CHECK(second.phase() == Phase::kQueued);
  CHECK(pool.stats().deaths == 2);
}

TEST_CASE("An input that ended a worker and then was answered may end only one more") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(1);
  settings.retry = Retry::kAlways;
  FaultyPool pool(settings);
  const Command hold = command(Deed::kHold, folder / "hold");
  HeldCall answered(pool, folder / "hold");
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(ready_again(pool, 1));
  answered.release();
  CHECK(answered.future().get().generation == 2);
  std::filesystem::remove(folder / "hold");
  std::filesystem::remove(folder / "hold.go");

  auto lost = pool.submit(hold, {.retry = Retry::kNever});
  REQUIRE(eventually([&] { return exists(folder / "hold"); }));
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  CHECK(error_of(lost).code() == ErrorCode::kWorkerLost);
  CHECK(error_of(pool.try_infer(hold)).code() == ErrorCode::kPoisonedRequest);
}

TEST_CASE("When poison_memory has passed an input is tried again") {
  Settings settings = faulty_settings(1);
  settings.poison_memory = 3s;
  FaultyPool pool(settings);
  const Command poison = command(Deed::kKill);
  const auto start = std::chrono::steady_clock::now();
  // On a slow machine each end may be forgotten before the next one.
  REQUIRE(eventually(
      [&] { return error_of(pool.try_infer(poison)).code() == ErrorCode::kPoisonedRequest; }));
  const std::uint64_t deaths = pool.stats().deaths;
  CHECK(deaths >= 2);
  REQUIRE(eventually(
      [&] { return error_of(pool.try_infer(poison)).code() == ErrorCode::kWorkerLost; }));
  CHECK(std::chrono::steady_clock::now() - start >= 3s);
  CHECK(pool.stats().deaths > deaths);
}

TEST_CASE("An input is known again with another id, another trace and elsewhere in memory") {
  Pool<Actor> pool(actor_settings(2));
  const std::int64_t count = GENERATE(1, 1'000'000);
  const auto poison = [&](int i) {
    Tensor tensor = pool.loan<float>({count});
    std::ranges::fill(tensor.mutable_values<float>(), 3.F);
    if (i % 2 == 0) tensor = floats(count, 3);
    Request request = act("die", {{"traceparent", i % 2 == 0 ? kTrace : kOtherTrace}},
                          {{"x", std::move(tensor)}});
    request.id = std::to_string(i);
    return request;
  };
  const Tensor held = pool.loan<float>({100'000});  // so that the next blocks have other offsets
  int i = 0;
  end_two_workers(pool, [&] { return error_of(pool.try_infer(poison(i++))); });
  for (; i < 6; ++i) {
    CHECK(error_of(pool.try_infer(poison(i))).code() == ErrorCode::kPoisonedRequest);
  }
  // Inputs that differ by one number or one parameter.
  Request other = poison(i);
  other.inputs = {{"x", floats(count, 4)}};
  other.parameters["do"] = "echo";
  CHECK(pool.infer(other)["x"].values<float>()[0] == 4);
  other = poison(i);
  other.parameters["more"] = true;
  CHECK(error_of(pool.try_infer(other)).code() == ErrorCode::kWorkerLost);
  CHECK(pool.stats().payload_in_flight == held.bytes().size());
}
