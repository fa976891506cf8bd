// SPDX-License-Identifier: Apache-2.0
// A host that runs out of a resource: limited_host MODE FOLDER. Prints one line per step.
//   descriptors  pools of 1 and of 2, made while 0, 1, 2, ... descriptors are free
//   deaths       a pool of 2 whose workers die while no descriptor is free
// The other modes run as an ordinary user, or print "skipped" and the reason if they cannot:
//   start        pools of 2, made while 0, 1, 2, ... further processes and threads are allowed
//   restart      a pool whose worker dies while no further process is allowed
//   async        asynchronous calls while no further thread is allowed
//   concurrency  workers that may have fewer threads than their concurrency needs
#include <grp.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "hosts/outcome.hpp"
#include "hosts/sanitizer_descriptors.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/limit.hpp"
#include "integration/scenario.hpp"

namespace {

using namespace inferpool;
using namespace inferpool::test;

void print(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

// Becomes a user without other processes. False if this or the worker is out of reach.
bool become_ordinary() {
  const uid_t user = 100'000 + static_cast<uid_t>(::getpid());
  if (::getuid() != 0) {
    print("skipped: only root can become a user without other processes");
    return false;
  }
  if (::setgroups(0, nullptr) != 0 || ::setgid(user) != 0 || ::setuid(user) != 0) {
    print("skipped: this root may not become another user");
    return false;
  }
  ::prctl(PR_SET_DUMPABLE, 1);  // otherwise root would own its /proc files
  const auto worker =
      std::filesystem::read_symlink("/proc/self/exe").parent_path() / "faulty_worker";
  if (::access(worker.c_str(), X_OK) == 0) return true;
  print("skipped: an ordinary user cannot reach " + worker.string());
  return false;
}

// Threads of an ended pool count for RLIMIT_NPROC until the kernel has removed them.
void await_ends_of_threads() {
  eventually([] { return tasks() == threads(); });
}

rlim_t tasks_of_host() {
  await_ends_of_threads();
  return static_cast<rlim_t>(tasks());
}

// Makes pools while `take_away` leaves ever more of a resource, until it is enough.
template <typename F>
void start_with_ever_more(const Settings& settings, F take_away) {
  for (int room = 0; room < 32; ++room) {
    const Footprint before;
    const std::string how = outcome([&] {
      const auto few = take_away(room);
      FaultyPool pool(settings);
      pool.infer(command(Deed::kAnswer));
    });
    const bool clean = eventually([&] { return Footprint() == before; }, 2s);
    print((clean ? "clean " : "unclean ") + how);
    if (how == "ok") break;
  }
}

void descriptors() {
  for (const int workers : {1, 2}) {
    start_with_ever_more(faulty_settings(workers), [](int free) {
      return std::make_unique<Limit>(RLIMIT_NOFILE, limit_with_free_descriptors(free));
    });
    print("end");
  }
}

void deaths() {
  Scenario scenario(faulty_settings(2));
  const auto told = [&](EventKind kind) { return scenario.log.of_kind(kind).size(); };
  scenario.settings.restart_backoff = {.first = 5ms, .limit = 50ms, .breaker = 3};
  FaultyPool pool(scenario.settings);
  const auto pids = ready_pids(pool);
  // Fewer than are open, so poll() refuses as many entries as the pool watches.
  std::optional<Limit> few(std::in_place, RLIMIT_NOFILE, 4);
  ::kill(pids[0], SIGKILL);
  eventually([&] { return told(EventKind::kStartFailed) >= 5; });
  few->set(limit_with_free_descriptors(0));
  for (const Event& event : scenario.log.of_kind(EventKind::kStartFailed))
    print("failed " + outcome([&] { throw *event.error; }));
  bool served = true;
  for (int i = 0; i < 20; ++i) {
    const Report report = pool.infer(command(Deed::kAnswer, "", i));
    served = served && report.number == i && report.pid == pids[1];
  }
  print(served ? "served by the other" : "not served");
  ::kill(pids[1], SIGKILL);
  eventually([&] { return told(EventKind::kBreakerOpened) > 0; });
  print("call " + outcome([&] { pool.infer(command(Deed::kAnswer), {.timeout = 10s}); }));
  print("async " + outcome([&] { pool.submit(command(Deed::kAnswer), {.timeout = 10s}).get(); }));
  few.reset();
  eventually([&] { return pool.health().state == PoolState::kReady; });
  print("again " + outcome([&] { pool.infer(command(Deed::kAnswer), {.timeout = 10s}); }));
}

void start() {
  start_with_ever_more(faulty_settings(2), [](int room) {
    return std::make_unique<Limit>(RLIMIT_NPROC, tasks_of_host() + static_cast<rlim_t>(room));
  });
}

void restart() {
  Scenario scenario(faulty_settings(1));
  scenario.settings.restart_backoff = {.first = 5ms, .limit = 50ms, .breaker = 3};
  FaultyPool pool(scenario.settings);
  std::optional<Limit> few(std::in_place, RLIMIT_NPROC, tasks_of_host());
  ::kill(pool.stats().workers[0].pid, SIGKILL);
  eventually([&] { return !scenario.log.of_kind(EventKind::kBreakerOpened).empty(); });
  for (const Event& event : scenario.log.of_kind(EventKind::kStartFailed))
    print("failed " + outcome([&] { throw *event.error; }));
  print("call " + outcome([&] { pool.infer(command(Deed::kAnswer), {.timeout = 10s}); }));
  few.reset();
  eventually([&] { return pool.health().state == PoolState::kReady; });
  print("again " + outcome([&] { pool.infer(command(Deed::kAnswer), {.timeout = 10s}); }));
}

void async() {
  FaultyPool pool(faulty_settings(1));
  const auto submit = [&] {
    return outcome([&] { pool.submit(command(Deed::kAnswer), {.timeout = 10s}).get(); });
  };
  {
    const Limit few(RLIMIT_NPROC, tasks_of_host());
    print("async " + submit());
    print("async " + submit());
    print("call " + outcome([&] { pool.infer(command(Deed::kAnswer)); }));
  }
  print("again " + submit());
}

void concurrency() {
  Settings settings = faulty_settings(1);
  settings.concurrency = 4;
  // The pool has two threads, the host one, and the worker 1, ..., 5.
  const rlim_t host = tasks_of_host();
  for (rlim_t most = host + 3; most <= host + 7; ++most) {
    await_ends_of_threads();
    settings.rlimits = {{"nproc", most}};
    print(outcome([&] { FaultyPool(settings).infer(command(Deed::kAnswer)); }));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string mode = argv[1];
  std::array<int, 2> first{};
  if (::pipe(first.data()) == 0) std::ranges::for_each(first, ::close);
  try {
    if (mode == "descriptors") descriptors();
    if (mode == "deaths") deaths();
    if (mode == "descriptors" || mode == "deaths" || !become_ordinary()) return 0;
    if (mode == "start") start();
    if (mode == "restart") restart();
    if (mode == "async") async();
    if (mode == "concurrency") concurrency();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "limited_host: %s\n", error.what());
    return 1;
  }
  return 0;
}
