// SPDX-License-Identifier: Apache-2.0
// A host of its own, for tests that end it or signal it: host_program MODE FOLDER. Prints one line
// a step.
//   run     a pool of 3 whose workers all run a request that does not end
//   load    a pool of 3 whose models do not end loading
//   fork    as run, and a child of the host, without exec, that lives on
//   drain   on SIGINT, SIGTERM or SIGHUP lets its request end, and leaves with 0
//   exit    as run, but leaves without closing the pool
//   closed  without stdin, stdout and stderr: writes what a worker answers to FOLDER/result
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

#include "integration/faulty_pool.hpp"

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

void drain(const std::string& folder) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    ::signal(number, [](int n) { got_signal = n; });
  }
  FaultyPool pool(faulty_settings(2));
  HeldCall call(pool, folder + "/call");
  print_workers(pool);
  if (!eventually([] { return got_signal != 0; }, 60s)) throw std::runtime_error("no signal came");
  call.release();
  print("answered by " + std::to_string(call.future().get().pid));
  print("deaths " + std::to_string(pool.stats().deaths));
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
    if (mode == "output") output();
    if (mode == "outputs") outputs();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "host_program: %s\n", error.what());
    return 1;
  }
  return 0;
}
