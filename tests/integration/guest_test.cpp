// SPDX-License-Identifier: Apache-2.0
// The pool in a host that reaps every child, has many descriptors open, gets signals at any time,
// is debugged, or lacks some system calls.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <thread>

#include "call_filters.hpp"
#include "catch.hpp"
#include "core/file_descriptor.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/host_program.hpp"
#include "skipped.hpp"
#include "workers/echo.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

// Takes the status of every child that ends, as some supervisors and language runtimes do.
class ReapsEverything {
 public:
  ReapsEverything()
      : thread_([this](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            if (::waitpid(-1, nullptr, 0) > 0) {
              ++reaped_;
            } else {
              ::poll(nullptr, 0, 1);  // there is no child at present
            }
          }
        }) {}
  [[nodiscard]] int reaped() const { return reaped_; }

 private:
  std::atomic<int> reaped_ = 0;
  std::jthread thread_;
};

// Checks what a caller sees when a worker dies: the error, the replacement and later answers.
void lose_one_and_go_on() {
  FaultyPool pool(faulty_settings(2));
  const Error error = error_of(pool.try_infer(command(Deed::kComplainAndKill)));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().stderr_tail == "the last words\n");
  REQUIRE(ready_again(pool, 1));
  for (int i = 0; i < 20; ++i) CHECK(pool.infer(command(Deed::kAnswer, "", i)).number == i);
  CHECK(pool.stats().deaths == 1);
}

}  // namespace

TEST_CASE("A host that reaps everything has a pool that notices deaths, replaces and closes") {
  const Footprint before;
  {
    const ReapsEverything reaper;
    lose_one_and_go_on();
    CHECK_THROWS_AS(FaultyPool(faulty_settings(1, R"({"load": "die"})")), Error);
    // The pool and the host race for each worker that ends.
    FaultyPool pool(faulty_settings(2));
    std::uint64_t deaths = 0;
    for (const int before_these = reaper.reaped();
         reaper.reaped() < before_these + 3 && deaths < 100; ++deaths) {
      REQUIRE(::kill(pool.infer(command(Deed::kAnswer)).pid, SIGKILL) == 0);
      REQUIRE(ready_again(pool, deaths + 1));
    }
    CHECK(reaper.reaped() >= 3);
    CHECK(pool.stats().deaths == deaths);
  }
  CHECK(Footprint() == before);
}

TEST_CASE("Where there are no pidfds a pool notices deaths, replaces, kills and closes") {
  if (skipped_without_filters()) return;
  const Footprint before;
  without_calls({SYS_pidfd_open, SYS_close_range}, [] {
    lose_one_and_go_on();
    const ScratchFolder folder;
    Settings settings = faulty_settings(1);
    settings.hang_timeout = 100ms;
    FaultyPool pool(settings);
    CHECK(error_of(pool.try_infer(command(Deed::kSleepForever))).code() == ErrorCode::kWorkerLost);
    REQUIRE(ready_again(pool, 1));
    CHECK(pool.stats().workers[0].pid > 0);
  });
  CHECK(Footprint() == before);
}

TEST_CASE("None of 200 open descriptors of the host reaches a worker, nor its successor") {
  const ScratchFolder folder;
  std::vector<core::FileDescriptor> files;
  for (int i = 0; i < 200; ++i) {
    files.emplace_back(::open((folder / std::to_string(i)).c_str(), O_RDWR | O_CREAT, 0600));
    REQUIRE(files.back());
  }
  FaultyPool pool(faulty_settings(2));
  REQUIRE(::kill(pool.stats().workers[0].pid, SIGKILL) == 0);
  REQUIRE(ready_again(pool, 1));
  for (const int pid : ready_pids(pool)) {
    const auto descriptors = descriptors_of(pid);
    CHECK(descriptors.size() <= 7);  // see worker_process_test.cpp
    for (const auto& target : descriptors)
      CHECK(target.find("inferpool-test-") == std::string::npos);
  }
}

// Runs code in a fork of this process and returns the fork's wait status.
template <typename Deed>
int status_of_fork(const Deed& deed) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGSEGV, SIG_DFL);  // a sanitizer's handler would turn it into an exit
    deed();
    ::_exit(0);
  }
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  return status;
}

TEST_CASE("A fork has no tensor that lies in the pool's memory, but has copies and small outputs",
          "[H14]") {
  Settings settings = faulty_settings(1);
  settings.worker = "echo_worker";
  std::optional<Pool<Echo>> pool(settings);
  constexpr std::int64_t kCount = 64 * 1024;
  Tensor loan = pool->loan<float>({kCount});
  std::ranges::fill(loan.mutable_values<float>(), 1.0F);
  Tensor output = pool->infer(Tensor::from(std::vector<float>(kCount, 5.0F), {kCount}));
  const Tensor small = pool->infer(Tensor::from(std::vector<float>(8, 5.0F), {8}));
  const Tensor copy = output.clone();
  if (GENERATE(false, true)) pool.reset();  // this makes no difference
  const auto first = [](const Tensor& tensor) {
    const volatile float* const value = tensor.values<float>().data();
    return *value;
  };
  for (const Tensor* const lost : std::vector<const Tensor*>{&output, &loan}) {
    const int status = status_of_fork([&] { first(*lost); });
    CHECK(WIFSIGNALED(status));
    CHECK(WTERMSIG(status) == SIGSEGV);
  }
  const int status = status_of_fork([&] {
    if (first(copy) != 5.0F || first(small) != 5.0F) ::_exit(1);
    output = {};  // may be dropped
    loan = {};
  });
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(first(output) == 5.0F);
}

TEST_CASE(
    "A signal to everybody while a pool is idle, or loads, ends no worker and fails no call") {
  const std::string mode = GENERATE("sleep", "begin");
  const int number = GENERATE(SIGINT, SIGTERM, SIGHUP);
  CAPTURE(mode, number);
  const ScratchFolder folder;
  HostProgram host(mode, folder / "");
  const auto workers = host.numbers_after("workers");
  REQUIRE(workers.size() == 2);
  // A service manager does this. A worker that loads may be anywhere between its first instruction
  // and its model's.
  for (const int pid : workers) REQUIRE(::kill(pid, number) == 0);
  REQUIRE(::kill(-host.pid(), number) == 0);  // a terminal does this
  write_file(folder / "go");
  const auto answered = host.numbers_after("answered");
  CHECK(std::ranges::find(workers, answered.at(0)) != workers.end());
  CHECK(host.numbers_after("deaths").at(0) == 0);
  if (mode == "begin") CHECK(host.numbers_after("restarts").at(0) == 0);
  const int status = host.wait();
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(std::ranges::none_of(workers, running));
}

TEST_CASE("A host that is stopped for longer than startup_timeout keeps the workers that loaded") {
  const ScratchFolder folder;
  HostProgram host("begin", folder / "");
  const auto workers = host.numbers_after("workers");
  REQUIRE(eventually([&] { return std::ranges::count(read_file(folder / "log"), '\n') == 2; }));
  const auto over = std::chrono::steady_clock::now() + 11s;  // its startup_timeout is 10 s
  REQUIRE(::kill(host.pid(), SIGSTOP) == 0);
  write_file(folder / "go");
  REQUIRE(eventually([&] { return std::chrono::steady_clock::now() > over; }, 12s));
  REQUIRE(::kill(host.pid(), SIGCONT) == 0);
  REQUIRE(::kill(host.pid(), SIGTERM) == 0);
  const auto answered = host.numbers_after("answered");
  CHECK(std::ranges::find(workers, answered.at(0)) != workers.end());
  CHECK(host.numbers_after("deaths").at(0) == 0);
  CHECK(host.numbers_after("restarts").at(0) == 0);
  host.wait();
}

TEST_CASE("A host runs to its end under a debugger, which stops nowhere") {
  if (std::system("gdb --version > /dev/null 2>&1") != 0) {
    skip("gdb is not installed");
    return;
  }
  const ScratchFolder folder;
  const std::string program =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "host_program";
  // LeakSanitizer cannot work in a traced process.
  const std::string command =
      "ASAN_OPTIONS=\"$ASAN_OPTIONS:detect_leaks=0\" gdb -nx -q -batch -ex run -ex bt --args '" +
      program + "' guest - > " + (folder / "out") + " 2>&1 < /dev/null";
  static_cast<void>(std::system(command.c_str()));  // not 0, since no stack is left at the end
  const std::string out = read_file(folder / "out");
  CAPTURE(out);
  CHECK_THAT(out, contains("answered 5") && contains("exited normally"));
  CHECK(out.find("received signal") == std::string::npos);
}
