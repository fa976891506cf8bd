// SPDX-License-Identifier: Apache-2.0
// A host for tests that end it or signal it: host_program MODE FOLDER. Prints one line per step.
//   run     a pool of 3 whose workers all run a request that does not end
//   load    a pool of 3 whose models never finish loading
//   fork    like run, and a fork of the host, without exec, lives on
//   drain   on SIGINT, SIGTERM or SIGHUP lets its request end, and exits with 0
//   exit    like run, but exits without closing the pool
//   closed  without stdin, stdout and stderr: writes a worker's answer to FOLDER/result
//   sleep   like drain, for a pool that has nothing to do
//   begin   like drain, for a pool whose models load until FOLDER/go exists
//   guest   does what hosts do: calls, a worker that dies and is replaced; does not use FOLDER
//   memory  once FOLDER/go exists, workers are killed, run out of memory, and are killed again
//   output  a worker prints to stdout and stderr, and so does the host
//   outputs two workers of a model "printer" print 200 times, then one ends in mid-line
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include "integration/faulty_calls.hpp"
#include "workers/echo.hpp"

namespace {

using namespace inferpool;
using namespace inferpool::test;

std::atomic<int> got_signal = 0;

[[noreturn]] void stay() {
  for (;;) ::poll(nullptr, 0, 1000);
}

void print(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

void print_workers(FaultyPool& pool) {
  std::string line = "workers";
  for (const WorkerStats& worker : pool.stats().workers) line += " " + std::to_string(worker.pid);
  print(line);
}

void run(const std::string& folder, const std::string& mode) {
  FaultyPool pool(faulty_settings(3));
  std::array<std::future<Report>, 3> calls;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const std::string file = folder + "/" + std::to_string(i);
    calls[i] = pool.submit(command(i == 0 ? Deed::kSpinForever : Deed::kSleepForever, file));
    if (!eventually([&] { return exists(file); })) throw std::runtime_error("it did not begin");
  }
  if (mode == "fork") {
    const pid_t child = ::fork();
    if (child == 0) stay();
    print("child " + std::to_string(child));
  }
  print_workers(pool);
  if (mode == "exit") ::_exit(0);
  stay();
}

void closed(const std::string& folder) {
  for (const int fd : {0, 1, 2}) ::close(fd);
  FaultyPool pool(faulty_settings(2));
  const Report report = pool.infer(command(Deed::kPrint, "", 5));
  const Error lost = error_of(pool.try_infer(command(Deed::kComplainAndKill)));
  write_file(folder + "/result", std::to_string(report.number) + " " + lost.details().stderr_tail);
}

void load(const std::string& folder) {
  Settings settings = faulty_settings(3, R"({"load": "hang", "log": ")" + folder + R"(/log"})");
  settings.start_in_background = true;
  FaultyPool pool(settings);
  const auto begun = [&] { return std::ranges::count(read_file(folder + "/log"), '\n') == 3; };
  if (!eventually(begun)) throw std::runtime_error("they did not begin");
  print_workers(pool);
  stay();
}

void catch_signals() {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ::signal(number, [](int n) { got_signal = n; });
  }
}

void wait_for_signal() {
  if (!eventually([] { return got_signal != 0; }, 60s)) throw std::runtime_error("no signal came");
}

void drain(const std::string& folder) {
  catch_signals();
  FaultyPool pool(faulty_settings(2));
  HeldCall call(pool, folder + "/call");
  print_workers(pool);
  wait_for_signal();
  call.release();
  print("answered by " + std::to_string(call.future().get().pid));
  print("deaths " + std::to_string(pool.stats().deaths));
}

void sleep_until_signal() {
  catch_signals();
  FaultyPool pool(faulty_settings(2));
  print_workers(pool);
  wait_for_signal();
  print("answered by " + std::to_string(pool.infer(command(Deed::kAnswer)).pid));
  pool.close();
  print("deaths " + std::to_string(pool.stats().deaths));
}

void begin(const std::string& folder) {
  catch_signals();
  Settings settings = faulty_settings(
      2, R"({"load": "wait", "go": ")" + folder + R"(/go", "log": ")" + folder + R"(/log"})");
  settings.start_in_background = true;
  settings.startup_timeout = 10s;
  FaultyPool pool(settings);
  auto early = pool.submit(command(Deed::kAnswer));
  if (!eventually([&] {
        return std::ranges::all_of(pool.stats().workers, [](auto& w) { return w.pid > 0; });
      }))
    throw std::runtime_error("they did not begin");
  print_workers(pool);
  wait_for_signal();
  print("answered by " + std::to_string(early.get().pid));
  print("deaths " + std::to_string(pool.stats().deaths));
  print("restarts " + std::to_string(pool.stats().restarts));
}

void guest() {
  const ScratchFolder folder;
  Settings faulty = faulty_settings(2);
  faulty.drain_timeout = 200ms;
  FaultyPool pool(faulty);
  for (int i = 0; i < 20; ++i) pool.infer(command(Deed::kAnswer));
  HeldCall held(pool, folder / "held");
  if (error_of(pool.try_infer(command(Deed::kComplainAndKill))).code() != ErrorCode::kWorkerLost)
    throw std::runtime_error("it was not lost");
  held.release();
  held.future().get();
  if (!ready_again(pool, 1)) throw std::runtime_error("it was not replaced");
  if (pool.try_infer(command(Deed::kSleepForever), {.timeout = 100ms}))
    throw std::runtime_error("it was answered");
  Settings settings = faulty_settings(1);
  settings.worker = "echo_worker";
  Pool<Echo> echo(settings);
  constexpr std::int64_t kCount = 64 * 1024;
  const Tensor output = echo.infer(Tensor::from(std::vector<float>(kCount, 5.0F), {kCount}));
  print("answered " + std::to_string(static_cast<int>(output.values<float>()[kCount - 1])));
}

void memory(const std::string& folder) {
  if (!eventually([&] { return exists(folder + "/go"); })) throw std::runtime_error("no go");
  FaultyPool pool(faulty_settings(2));
  constexpr std::int64_t kTooMuch = std::int64_t{1} << 30;
  for (const Command& deed :
       {command(Deed::kComplainAndKill), command(Deed::kToilAndKill, "", kTooMuch),
        command(Deed::kComplainAndKill)}) {
    const Error lost = error_of(pool.try_infer(deed));
    print("signal " + std::to_string(lost.details().signal.value_or(0)) + ", oom_killed " +
          std::to_string(lost.details().oom_killed) + ": " + lost.what());
  }
}

void output() {
  Settings settings = faulty_settings(1);
  settings.worker_output.kind = WorkerOutput::Kind::kInherit;
  FaultyPool pool(settings);
  pool.infer(command(Deed::kPrint));
  print("the host's own line");
}

void outputs() {
  Settings settings = faulty_settings(2, R"({"load": "print"})");
  settings.name = "printer";
  settings.worker_output.kind = WorkerOutput::Kind::kInherit;
  FaultyPool pool(settings);
  std::vector<std::future<Report>> calls;
  for (int i = 0; i < 200; ++i) calls.push_back(pool.submit(command(Deed::kPrint)));
  for (auto& call : calls) call.get();
  (void)error_of(pool.try_infer(command(Deed::kMutterAndKill)));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string mode = argv[1];
  const std::string folder = argv[2];
  try {
    if (mode == "run" || mode == "fork" || mode == "exit") run(folder, mode);
    if (mode == "closed") closed(folder);
    if (mode == "load") load(folder);
    if (mode == "drain") drain(folder);
    if (mode == "sleep") sleep_until_signal();
    if (mode == "begin") begin(folder);
    if (mode == "guest") guest();
    if (mode == "memory") memory(folder);
    if (mode == "output") output();
    if (mode == "outputs") outputs();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "host_program: %s\n", error.what());
    return 1;
  }
  return 0;
}
