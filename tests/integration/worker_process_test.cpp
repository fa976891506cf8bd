// SPDX-License-Identifier: Apache-2.0
// What a worker process gets from its host and its settings: descriptors, index, processors,
// limits, output.
#include <fcntl.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <map>
#include <mutex>
#include <sstream>

#include "catch.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/host_program.hpp"

using namespace inferpool;
using namespace inferpool::test;

namespace {

std::string ask(FaultyPool& pool, Deed deed, const std::string& text = {}) {
  return std::string(text_of(pool.infer(command(deed, text)).text));
}

}  // namespace

TEST_CASE("None of the host's open descriptors reaches a worker") {
  const ScratchFolder folder;
  std::vector<int> open_files;
  for (int i = 0; i < 50; ++i) {
    open_files.push_back(
        ::open((folder / std::to_string(i)).c_str(), O_RDWR | O_CREAT, 0600));  // no CLOEXEC
    REQUIRE(open_files.back() >= 0);
  }
  {
    FaultyPool first(faulty_settings(1));
    FaultyPool second(faulty_settings(2));
    for (FaultyPool* pool : {&first, &second}) {
      for (const int pid : ready_pids(*pool)) {
        const auto descriptors = descriptors_of(pid);
        for (const auto& target : descriptors)
          CHECK(target.find("inferpool-test-") == std::string::npos);
        // They are stdin, stdout, stderr, the control socket, and at most three regions.
        CHECK(descriptors.size() <= 7);
        CHECK(std::ranges::count_if(descriptors,
                                    [](const auto& t) { return t.starts_with("socket:"); }) == 1);
        CHECK(std::ranges::count(descriptors, "/dev/null") == 1);
      }
    }
  }
  for (const int fd : open_files) ::close(fd);
}

TEST_CASE("B12: each worker knows its index and its generation, and a successor keeps the index") {
  FaultyPool pool(faulty_settings(2));
  std::array<int, 2> seen{-1, -1};
  for (const WorkerStats& worker : pool.stats().workers) {
    CHECK(worker.generation == worker.index + 1);
  }
  REQUIRE(::kill(pool.stats().workers[1].pid, SIGKILL) == 0);
  REQUIRE(ready_again(pool, 1));
  const ScratchFolder folder;
  HeldCall first(pool, folder / "first");
  HeldCall second(pool, folder / "second");
  first.release();
  second.release();
  for (HeldCall* call : {&first, &second}) {
    const Report report = call->future().get();
    REQUIRE((report.index == 0 || report.index == 1));
    seen[static_cast<std::size_t>(report.index)] = report.generation;
    CHECK(pool.stats().workers[static_cast<std::size_t>(report.index)].pid == report.pid);
  }
  CHECK(seen == std::array{1, 3});
}

TEST_CASE("B12: {index} in env stands for the worker's index, over restarts, too") {
  Settings settings = faulty_settings(2);
  settings.env = {{"DEVICE", "gpu:{index}/{index}"}};
  FaultyPool pool(settings);
  const ScratchFolder folder;
  for (std::uint64_t round = 0; round < 2; ++round) {
    for (const WorkerStats& worker : pool.stats().workers) {
      // The other worker is kept busy, so that this one gets the call.
      HeldCall held(pool, folder / (std::to_string(round) + std::to_string(worker.index)));
      const Report report = pool.infer(command(Deed::kEnvironment, "DEVICE"));
      const std::string index = std::to_string(report.index);
      CHECK(std::string(text_of(report.text)) == "gpu:" + index + "/" + index);
      held.release();
      held.future().get();
    }
    if (round == 1) break;
    for (const int pid : ready_pids(pool)) ::kill(pid, SIGKILL);
    REQUIRE(ready_again(pool, 2));
  }
}

TEST_CASE("B12: cpu_affinity with {index} binds each worker to its processor") {
  cpu_set_t allowed;
  ::sched_getaffinity(0, sizeof(allowed), &allowed);
  const int workers = CPU_ISSET(1, &allowed) ? 2 : 1;
  REQUIRE(CPU_ISSET(0, &allowed));
  Settings settings = faulty_settings(workers);
  settings.cpu_affinity = "{index}";
  FaultyPool pool(settings);
  for (const WorkerStats& worker : pool.stats().workers) {
    cpu_set_t set;
    REQUIRE(::sched_getaffinity(worker.pid, sizeof(set), &set) == 0);
    CHECK(CPU_COUNT(&set) == 1);
    CHECK(CPU_ISSET(static_cast<std::size_t>(worker.index), &set));
  }
}

TEST_CASE("RLIMITs of the settings hold in the worker, and not in the host") {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  Settings settings = faulty_settings(1);
  settings.rlimits = {{"nofile", 77}};
  FaultyPool pool(settings);
  CHECK(ask(pool, Deed::kLimits).starts_with("77 77 "));
  rlimit after{};
  ::getrlimit(RLIMIT_NOFILE, &after);
  CHECK(after.rlim_cur == before.rlim_cur);
}

TEST_CASE("threads_per_worker reaches the numeric libraries by their environment variables") {
  Settings settings = faulty_settings(1);
  settings.threads_per_worker = 3;
  FaultyPool pool(settings);
  CHECK(ask(pool, Deed::kEnvironment, "OMP_NUM_THREADS") == "3");
  CHECK(ask(pool, Deed::kEnvironment, "OPENBLAS_NUM_THREADS") == "3");
}

TEST_CASE(
    "With worker_output = capture, stdout and stderr of a worker are in the error, and nowhere "
    "else") {
  FaultyPool pool(faulty_settings(1));
  pool.infer(command(Deed::kPrint));
  const Error error = error_of(pool.try_infer(command(Deed::kComplainAndKill)));
  CHECK(error.details().stderr_tail == "out\nerr\nthe last words\n");
}

TEST_CASE(
    "With worker_output = callback, each line comes with the worker's index, the last one without "
    "a newline, too") {
  std::mutex mutex;
  std::vector<std::string> lines;
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return lines.size();
  };
  Settings settings = faulty_settings(1);
  settings.worker_output = {.kind = WorkerOutput::Kind::kCallback,
                            .callback = [&](int index, std::string_view line) {
                              const std::lock_guard lock(mutex);
                              lines.push_back(std::to_string(index) + ":" + std::string(line));
                            }};
  {
    FaultyPool pool(settings);
    pool.infer(command(Deed::kPrint));
    REQUIRE(eventually([&] { return count() == 2; }));
    CHECK(error_of(pool.try_infer(command(Deed::kMutterAndKill))).code() == ErrorCode::kWorkerLost);
    CHECK(eventually([&] { return count() == 3; }));
  }
  CHECK(lines == std::vector<std::string>{"0:out", "0:err", "0:no newline"});
}

TEST_CASE(
    "With worker_output = inherit, a worker's stdout goes to the host's stderr, never to its "
    "stdout") {
  const ScratchFolder folder;
  HostProgram host("output", folder / "");
  const std::string out = host.rest_of_stdout();
  const std::string err = host.rest_of_stderr();
  CHECK(host.wait() == 0);
  CHECK(out == "the host's own line\n");
  CHECK(err == "[faulty_worker/0] out\n[faulty_worker/0] err\n");
}

TEST_CASE(
    "With worker_output = inherit, each line of two workers comes whole, with the model's name and "
    "the worker's index") {
  const ScratchFolder folder;
  HostProgram host("outputs", folder / "");
  std::istringstream err(host.rest_of_stderr());
  CHECK(host.wait() == 0);
  std::map<std::string, int> lines;
  for (std::string line; std::getline(err, line);) ++lines[line];
  CHECK(lines.extract("[printer/0] loading the weights").mapped() >= 1);
  CHECK(lines.extract("[printer/1] loading the weights").mapped() >= 1);
  CHECK(lines["[printer/0] no newline"] + lines["[printer/1] no newline"] == 1);
  CHECK(lines["[printer/0] out"] + lines["[printer/1] out"] == 200);
  CHECK(lines["[printer/0] err"] + lines["[printer/1] err"] == 200);
  CHECK(lines.size() == 6);
}

TEST_CASE(
    "A worker that writes without end is not blocked, nor does it keep the pool from its work") {
  FaultyPool pool(faulty_settings(1));
  // Far more than a pipe holds: if the pipe were not drained, the run would never end.
  const Error error = error_of(pool.try_infer(command(Deed::kComplainAndKill, "", 4'000'000)));
  CHECK(error.code() == ErrorCode::kWorkerLost);
  CHECK(error.details().stderr_tail.ends_with("the last words\n"));
}
