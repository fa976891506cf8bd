// SPDX-License-Identifier: Apache-2.0
// Workers that start late, or fail to start again and again. The pool keeps trying, bounded and
// spaced, and recovers.
#include <cxxabi.h>
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <sstream>
#include <typeinfo>
#include <utility>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

using Clock = std::chrono::steady_clock;

// The times at which a worker began to load, in the log that faulty_worker writes.
std::vector<Clock::time_point> loads(const std::string& log) {
  std::istringstream in(read_file(log));
  std::vector<Clock::time_point> times;
  for (std::string line; std::getline(in, line);) {
    times.emplace_back(std::chrono::nanoseconds(std::stoll(line)));
  }
  return times;
}

// Settings of a pool whose workers die during load while the file `broken` exists.
struct CrashLoop {
  explicit CrashLoop(const std::string& how) {
    settings = faulty_settings(
        2, R"({"load": ")" + how + R"(", "while": ")" + broken + R"(", "log": ")" + log + R"("})");
    settings.restart_backoff = {.first = 20ms, .limit = 200ms, .breaker = 4};
  }

  ScratchFolder folder;
  std::string broken = folder / "broken";
  std::string log = folder / "log";
  Settings settings;
};

// UndefinedBehaviorSanitizer opens a pipe to check the first object of each type, and reports the
// object as invalid if it cannot open the pipe. So it sees the library's types beforehand. While
// descriptors are short nothing is asserted, since Catch has too many types.
void show_types() {
  FaultyPool pool(faulty_settings(1));
  pool.submit(command(Deed::kAnswer)).get();
  const Error lost = error_of(pool.try_infer(command(Deed::kExitAtOnce)));
  CHECK_THAT(lost.what(), contains("worker_lost"));
  try {
    throw std::runtime_error("seen");
  } catch (const std::exception& error) {
    CHECK_THAT(error.what(), contains("seen"));
    CHECK(abi::__cxa_current_exception_type()->name() != nullptr);
  }
  try {
    throw std::runtime_error("seen");
  } catch (const std::runtime_error& error) {
    CHECK_THAT(error.what(), contains("seen"));
  }
}

// During its lifetime only `more` further descriptors can be opened.
class FewDescriptors {
 public:
  explicit FewDescriptors(rlim_t more) {
    ::getrlimit(RLIMIT_NOFILE, &before_);
    rlimit few = before_;
    few.rlim_cur = descriptors_of(getpid()).size() + more;
    ::setrlimit(RLIMIT_NOFILE, &few);
  }
  FewDescriptors(const FewDescriptors&) = delete;
  FewDescriptors& operator=(const FewDescriptors&) = delete;
  ~FewDescriptors() { ::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

// The first answer of a pool, or its error, while only `more` descriptors can be opened.
std::pair<int, std::optional<Error>> first_answer_with(rlim_t more) {
  const FewDescriptors few(more);
  try {
    FaultyPool pool(faulty_settings(1));
    return {pool.infer(command(Deed::kAnswer, "", 2)).number, std::nullopt};
  } catch (const Error& error) {
    return {0, error};
  }
}

}  // namespace

TEST_CASE("A slow load that ends within startup_timeout is waited for") {
  const ScratchFolder folder;
  Settings settings = faulty_settings(2, R"({"load": "wait", "go": ")" + (folder / "go") + R"("})");
  settings.start_in_background = true;
  FaultyPool pool(settings);
  CHECK(pool.health().state == PoolState::kStarting);
  auto early = pool.submit(command(Deed::kAnswer, "", 3));
  CHECK_FALSE(pool.wait_ready(Clock::now() + 100ms));
  CHECK(early.wait_for(0s) == std::future_status::timeout);
  write_file(folder / "go");
  CHECK(pool.wait_ready(Clock::now() + 20s));
  CHECK(early.get().number == 3);
  CHECK(pool.health().restarts == 0);
}

TEST_CASE(
    "B3: a model that dies on every load is started again ever more rarely, calls fail at once, "
    "and it recovers") {
  const char* how = GENERATE("die", "throw", "exit");
  CAPTURE(how);
  CrashLoop loop(how);
  write_file(loop.broken);
  loop.settings.start_in_background = true;
  FaultyPool pool(loop.settings);
  auto waiting = pool.submit(command(Deed::kAnswer));
  CHECK(error_of(waiting).code() == ErrorCode::kUnavailable);

  const Error error = error_of(pool.try_infer(command(Deed::kAnswer)));
  CHECK(error.code() == ErrorCode::kUnavailable);
  CHECK_THAT(error.what(), contains("restart_backoff.breaker is 4"));
  const Health health = pool.health();
  CHECK(health.state == PoolState::kUnavailable);
  CHECK(health.live == 0);
  CHECK(health.total == 2);
  CHECK_THAT(
      health.last_failure->what(),
      contains(how == std::string("throw") ? "the weights are missing" : "before it was ready"));
  CHECK_FALSE(pool.wait_ready(Clock::now() + 1ms));

  REQUIRE(eventually([&] { return loads(loop.log).size() >= 14; }));
  remove_file(loop.broken);
  REQUIRE(pool.wait_ready(Clock::now() + 20s));
  CHECK(pool.infer(command(Deed::kAnswer, "", 6)).number == 6);
  CHECK(pool.health().state == PoolState::kReady);
  CHECK(pool.health().restarts >= 12);
}

TEST_CASE("B3: the starts at one index are spaced as restart_backoff says") {
  CrashLoop loop("die");
  write_file(loop.broken);
  loop.settings.workers = 1;
  loop.settings.start_in_background = true;
  FaultyPool pool(loop.settings);
  REQUIRE(eventually([&] { return loads(loop.log).size() >= 7; }, 30s));
  const auto times = loads(loop.log);
  // 20 ms doubling to 200 ms, less a jitter of a quarter.
  for (std::size_t i = 1; i < 7; ++i) {
    const auto least = std::min(15ms * (1 << (i - 1)), 150ms);
    CAPTURE(i);
    CHECK(times[i] - times[i - 1] >= least);
  }
}

TEST_CASE("B3: a crash loop that begins later makes the pool unavailable, and it recovers") {
  CrashLoop loop("die");
  FaultyPool pool(loop.settings);
  CHECK(pool.infer(command(Deed::kAnswer)).number == 0);
  write_file(loop.broken);
  for (const int pid : ready_pids(pool)) ::kill(pid, SIGKILL);
  REQUIRE(eventually([&] {
    const auto result = pool.try_infer(command(Deed::kAnswer), {.timeout = 100ms});
    return !result && result.error().code() == ErrorCode::kUnavailable;
  }));
  CHECK(pool.health().state == PoolState::kUnavailable);
  remove_file(loop.broken);
  REQUIRE(pool.wait_ready(Clock::now() + 20s));
  CHECK(pool.infer(command(Deed::kAnswer, "", 6)).number == 6);
}

TEST_CASE(
    "B3: while one worker lives, calls are served, however often another one fails to start") {
  CrashLoop loop("die");
  FaultyPool pool(loop.settings);
  write_file(loop.broken);
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(eventually([&] { return loads(loop.log).size() >= 2 + 5; }));
  CHECK(pool.health().state == PoolState::kDegraded);
  for (int i = 0; i < 20; ++i) CHECK(pool.infer(command(Deed::kAnswer)).index == 1);
  remove_file(loop.broken);
  CHECK(pool.wait_ready(Clock::now() + 20s));
}

TEST_CASE(
    "A host short of descriptors gets startup_failed, or a pool, and nothing is left of either") {
  show_types();
  const Footprint before;
  int failed = 0;
  int started = 0;
  for (rlim_t more = 0; more < 24; ++more) {
    const auto [answer, refusal] = first_answer_with(more);
    CAPTURE(more);
    if (refusal) {
      CHECK(refusal->code() == ErrorCode::kStartupFailed);
      CHECK_THAT(refusal->what(), contains("Too many open files"));
    } else {
      CHECK(answer == 2);
    }
    ++(refusal ? failed : started);
  }
  CHECK(failed > 5);
  CHECK(started > 5);
  CHECK(Footprint() == before);
}

TEST_CASE(
    "A worker that cannot be replaced for want of descriptors is replaced when there are some") {
  show_types();
  Settings settings = faulty_settings(1);
  settings.restart_backoff = {.first = 5ms, .limit = 50ms, .breaker = 3};
  FaultyPool pool(settings);
  std::optional<Error> refusal;
  std::optional<Error> last_failure;
  {
    const FewDescriptors few(0);
    ::kill(pool.stats().workers[0].pid, SIGKILL);
    auto future = pool.submit(command(Deed::kAnswer));
    refusal = error_of(future);
    last_failure = pool.health().last_failure;
  }
  CHECK(refusal->code() == ErrorCode::kUnavailable);
  REQUIRE(last_failure);
  CHECK_THAT(last_failure->what(), contains("Too many open files"));
  REQUIRE(pool.wait_ready(Clock::now() + 20s));
  CHECK(pool.infer(command(Deed::kAnswer, "", 2)).number == 2);
}
