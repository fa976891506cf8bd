// SPDX-License-Identifier: Apache-2.0
// What happens to a pool when its host ends, forks or gets a signal, and what the pool does not
// change in its host.
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <thread>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/host_program.hpp"
#include "workers/echo.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

bool none_runs(const std::vector<int>& pids) { return std::ranges::none_of(pids, running); }

// Whether workers whose host has ended end within the second that is promised. They must end in any
// case.
bool gone_within_a_second(const std::vector<int>& workers) {
  const bool in_time = eventually([&] { return none_runs(workers); }, 1s);
  CHECK(eventually([&] { return none_runs(workers); }));
  return in_time;
}

// Whether one of three attempts kept its time. A busy machine may have too few processors for one.
template <typename Attempt>
bool one_of_three(Attempt attempt) {
  return attempt() || attempt() || attempt();
}

// Runs `body` in a fork of this process without exec. The exit status, or -1 if it did not exit.
template <typename F>
int in_fork(F body) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);  // ends the fork if it hangs
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

std::string members(const sigset_t& set) {
  std::string text;
  for (int number = 1; number < NSIG; ++number) {
    if (::sigismember(&set, number) == 1) text += " " + std::to_string(number);
  }
  return text;
}

// All signal handlers of this process and the mask of this thread, one per line.
std::vector<std::string> signal_state() {
  std::vector<std::string> lines;
  sigset_t mask;
  ::pthread_sigmask(SIG_SETMASK, nullptr, &mask);
  lines.push_back("blocked:" + members(mask));
  for (int number = 1; number < NSIG; ++number) {
    struct sigaction action {};
    if (::sigaction(number, nullptr, &action) != 0) continue;
    std::ostringstream line;
    line << number << ": handler " << reinterpret_cast<std::uintptr_t>(action.sa_handler)
         << " flags " << action.sa_flags << " blocks" << members(action.sa_mask);
    lines.push_back(line.str());
  }
  return lines;
}

}  // namespace

TEST_CASE("B8: when the host is killed by SIGKILL, its workers are gone within a second") {
  const char* mode = GENERATE("run", "load");
  CAPTURE(mode);
  const bool in_time = one_of_three([&] {
    const ScratchFolder folder;
    HostProgram host(mode, folder / "");
    const auto workers = host.numbers_after("workers");
    REQUIRE(workers.size() == 3);
    for (const int pid : workers) REQUIRE(running(pid));
    REQUIRE(::kill(host.pid(), SIGKILL) == 0);
    return gone_within_a_second(workers);
  });
  CHECK(in_time);
}

TEST_CASE("B8: the workers go with the host even while a fork of it lives on") {
  const bool in_time = one_of_three([] {
    const ScratchFolder folder;
    HostProgram host("fork", folder / "");
    const int child = host.numbers_after("child").at(0);
    const auto workers = host.numbers_after("workers");
    REQUIRE(::kill(host.pid(), SIGKILL) == 0);
    const bool gone = gone_within_a_second(workers);
    CHECK(running(child));
    ::kill(child, SIGKILL);
    return gone;
  });
  CHECK(in_time);
}

TEST_CASE("B8: a host that leaves without closing its pool takes the workers with it") {
  const bool in_time = one_of_three([] {
    const ScratchFolder folder;
    HostProgram host("exit", folder / "");
    const auto workers = host.numbers_after("workers");
    REQUIRE(workers.size() == 3);
    CHECK(host.wait() == 0);
    return gone_within_a_second(workers);
  });
  CHECK(in_time);
}

TEST_CASE("A host without stdin, stdout and stderr has a pool like any other") {
  const ScratchFolder folder;
  HostProgram host("closed", folder / "");
  CHECK(host.wait() == 0);
  // Either worker may have printed.
  CHECK_THAT(read_file(folder / "result"), contains("5 ") && contains("the last words\n"));
}

TEST_CASE("The workers of a pool outlive the thread that made it") {
  std::unique_ptr<FaultyPool> pool;
  std::thread([&] { pool = std::make_unique<FaultyPool>(faulty_settings(2)); }).join();
  const auto pids = ready_pids(*pool);
  for (int i = 0; i < 20; ++i) CHECK(pool->infer(command(Deed::kAnswer, "", i)).number == i);
  CHECK_FALSE(eventually([&] { return pool->stats().deaths > 0; }, 200ms));
  CHECK(ready_pids(*pool) == pids);
}

TEST_CASE(
    "Signals that a terminal or a service manager sends to everybody do not end workers, and the "
    "host drains") {
  const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  CAPTURE(number);
  const ScratchFolder folder;
  HostProgram host("drain", folder / "");
  const auto workers = host.numbers_after("workers");
  REQUIRE(workers.size() == 2);
  for (const int pid : workers) {
    CHECK(::getpgid(pid) != ::getpgid(host.pid()));
    REQUIRE(::kill(pid, number) == 0);  // a service manager does this
  }
  REQUIRE(::kill(-host.pid(), number) == 0);  // a terminal does this
  const auto answered = host.numbers_after("answered");
  CHECK(std::ranges::find(workers, answered.at(0)) != workers.end());
  CHECK(host.numbers_after("deaths").at(0) == 0);
  const int status = host.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(none_runs(workers));
}

TEST_CASE("B9: no signal handler and no signal mask of the host is changed") {
  const auto before = signal_state();
  {
    FaultyPool pool(faulty_settings(2));
    CHECK(signal_state() == before);
    auto future = pool.submit(command(Deed::kAnswer));
    future.get();
    ::kill(pool.stats().workers[0].pid, SIGKILL);
    REQUIRE(ready_again(pool, 1));
    CHECK(signal_state() == before);
  }
  CHECK(signal_state() == before);
}

TEST_CASE("B9: the host's own children keep their exit statuses") {
  const auto start_child = [](int status) {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(status);
    return child;
  };
  const pid_t early = start_child(7);
  FaultyPool pool(faulty_settings(2));
  const pid_t middle = start_child(8);
  for (const int pid : ready_pids(pool)) ::kill(pid, SIGKILL);
  REQUIRE(ready_again(pool, 2));
  const pid_t late = start_child(9);
  pool.close();
  int expected = 7;
  for (const pid_t child : {early, middle, late}) {
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status));
    CHECK(WEXITSTATUS(status) == expected++);
  }
}

TEST_CASE("B9: a host that ignores SIGCHLD has a pool that notices deaths and replaces") {
  struct Ignore {
    sighandler_t before = ::signal(SIGCHLD, SIG_IGN);
    ~Ignore() { ::signal(SIGCHLD, before); }
  } const ignore;
  const Footprint before;
  {
    FaultyPool pool(faulty_settings(2));
    const Error error = error_of(pool.try_infer(command(Deed::kComplainAndKill)));
    CHECK(error.code() == ErrorCode::kWorkerLost);
    CHECK(error.details().stderr_tail == "the last words\n");
    CHECK_FALSE(error.details().usage);
    REQUIRE(ready_again(pool, 1));
    CHECK(pool.infer(command(Deed::kAnswer, "", 3)).number == 3);

    Settings broken = faulty_settings(1, R"({"load": "die"})");
    CHECK_THROWS_AS(FaultyPool(broken), Error);
  }
  CHECK(Footprint() == before);
}

TEST_CASE(
    "In a fork of the host without exec every call is refused with `stopped`, and its end harms "
    "nothing") {
  auto pool = std::make_unique<FaultyPool>(faulty_settings(2));
  const auto pids = ready_pids(*pool);
  const int status = in_fork([&] {
    const auto result = pool->try_infer(command(Deed::kAnswer));
    if (result || result.error().code() != ErrorCode::kStopped) return 1;
    auto future = pool->submit(command(Deed::kAnswer));
    if (error_of(future).code() != ErrorCode::kStopped) return 2;
    std::optional<ErrorCode> code;
    pool->async_infer(command(Deed::kAnswer), {}, [&](const Result<Report>& refused) {
      code = refused.error().code();
      throw std::runtime_error("a handler's own");
    });
    if (code != ErrorCode::kStopped) return 3;
    pool->close();
    pool.reset();
    return 0;
  });
  CHECK(status == 0);
  CHECK(ready_pids(*pool) == pids);
  for (int i = 0; i < 10; ++i) CHECK(pool->infer(command(Deed::kAnswer, "", i)).number == i);
  CHECK(pool->stats().deaths == 0);
}

TEST_CASE("A fork of the host without exec may drop the outputs and loans that it inherited") {
  Settings settings = faulty_settings(1);
  settings.worker = "echo_worker";
  Pool<Echo> pool(settings);
  constexpr std::int64_t kCount = 64 * 1024;
  std::optional<Tensor> output =
      pool.infer(Tensor::from(std::vector<float>(kCount, 5.0F), {kCount}));
  std::optional<Tensor> loan = pool.loan<float>({kCount});
  CHECK(in_fork([&] {
          output.reset();
          loan.reset();
          return 0;
        }) == 0);
  CHECK(output->values<float>()[kCount - 1] == 5.0F);
  std::ranges::fill(loan->mutable_values<float>(), 6.0F);
  CHECK(pool.infer(*std::move(loan)).values<float>()[kCount - 1] == 6.0F);
}

TEST_CASE("A fork of the host that runs a call at the same time does not disturb it") {
  const ScratchFolder folder;
  FaultyPool pool(faulty_settings(1));
  HeldCall call(pool, folder / "call");
  CHECK(in_fork([&] { return pool.try_infer(command(Deed::kAnswer)) ? 1 : 0; }) == 0);
  call.release();
  CHECK(call.future().get().generation == 1);
}
