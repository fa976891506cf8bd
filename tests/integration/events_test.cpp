// SPDX-License-Identifier: Apache-2.0
// Which events of real workers Settings::on_event gets, and what it may do.
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>

#include "catch.hpp"
#include "integration/actor_calls.hpp"
#include "integration/event_log.hpp"
#include "integration/faulty_calls.hpp"
#include "integration/processes.hpp"

namespace inferpool::test {
namespace {

using Clock = std::chrono::steady_clock;

Settings logged(Settings settings, EventLog& log) {
  settings.name = "digits";
  settings.on_event = log.recorder();
  return settings;
}

// Settings of a pool whose workers die during load while the file `broken` exists.
Settings crashing(const std::string& broken) {
  Settings settings = faulty_settings(1, R"({"load": "die", "while": ")" + broken + R"("})");
  settings.restart_backoff = {.first = 20ms, .limit = 200ms, .breaker = 3};
  settings.start_in_background = true;
  return settings;
}

TEST_CASE(
    "the events of a worker that is killed are died, restarting, started, ready, in this order") {
  EventLog log;
  {
    FaultyPool pool(logged(faulty_settings(2), log));
    REQUIRE(eventually([&] { return log.events().size() == 4; }));
    CHECK(log.kinds(0) == "started ready ");
    CHECK(log.kinds(1) == "started ready ");
    const WorkerStats victim = pool.stats().workers.at(0);
    REQUIRE(::kill(victim.pid, SIGKILL) == 0);
    REQUIRE(eventually([&] { return log.events(0).size() == 6; }));
    CHECK(log.kinds(0) == "started ready died restarting started ready ");
    CHECK(log.kinds(1) == "started ready ");

    const auto events = log.events(0);
    for (std::size_t i = 0; i < 4; ++i) {
      CHECK(events[i].model == "digits");
      CHECK(events[i].pid == victim.pid);
      CHECK(events[i].generation == victim.generation);
    }
    const Error died = events[2].error.value();
    CHECK(died.code() == ErrorCode::kWorkerLost);
    CHECK(died.details().signal == SIGKILL);
    CHECK(died.details().pid == victim.pid);
    CHECK(events[3].delay == 0ns);
    const WorkerStats successor = pool.stats().workers.at(0);
    for (std::size_t i = 4; i < 6; ++i) {
      CHECK(events[i].pid == successor.pid);
      CHECK(events[i].generation == 3);
      CHECK_FALSE(events[i].error);
    }
    pool.close();
    CHECK(log.kinds().ends_with(" ready stopped "));
    CHECK(log.events().back().worker_index == -1);
  }
  CHECK(log.events().size() == 9);
}

TEST_CASE("the event of a worker's death has what it wrote and how it exited") {
  EventLog log;
  FaultyPool pool(logged(faulty_settings(1), log));
  pool.infer(command(Deed::kPrint));
  CHECK(error_of(pool.try_infer(command(Deed::kExitAtOnce, "", 7))).code() ==
        ErrorCode::kWorkerLost);
  REQUIRE(eventually([&] { return log.of_kind(EventKind::kDied).size() == 1; }));
  const Error died = log.of_kind(EventKind::kDied)[0].error.value();
  CHECK(died.details().exit_status == 7);
  CHECK_THAT(died.details().stderr_tail, contains("err\n"));
}

TEST_CASE(
    "a crash loop is reported start by start, with its delays, and the breaker opens once and "
    "closes when a worker is ready") {
  const ScratchFolder folder;
  EventLog log;
  write_file(folder / "broken");
  FaultyPool pool(logged(crashing(folder / "broken"), log));
  const auto failed = [&] { return log.of_kind(EventKind::kStartFailed).size(); };
  REQUIRE(eventually([&] { return failed() >= 5; }));
  remove_file(folder / "broken");
  REQUIRE(eventually([&] { return log.of_kind(EventKind::kBreakerClosed).size() == 1; }));

  std::string expected;
  for (std::size_t i = 1; i <= failed(); ++i)
    expected += i == 3 ? "started start_failed breaker_opened restarting "
                       : "started start_failed restarting ";
  CHECK(log.kinds() == expected + "started ready breaker_closed ");

  const Event first = log.of_kind(EventKind::kStartFailed)[0];
  CHECK(first.error.value().code() == ErrorCode::kStartupFailed);
  CHECK(first.error->details().signal == SIGKILL);
  CHECK(first.error->details().pid == first.pid);
  CHECK(first.error->details().stderr_tail == "loading the weights\n");
  CHECK(first.generation == 1);
  auto delay = 20ms;
  for (const Event& event : log.of_kind(EventKind::kRestarting)) {
    CHECK(event.delay >= delay * 3 / 4);
    CHECK(event.delay <= delay * 5 / 4);
    delay = std::min(2 * delay, 200ms);
  }
  const Event opened = log.of_kind(EventKind::kBreakerOpened)[0];
  CHECK(opened.worker_index == -1);
  CHECK(opened.error.value().code() == ErrorCode::kUnavailable);
}

TEST_CASE("a breaker that opens again after it has closed is reported again") {
  const ScratchFolder folder;
  EventLog log;
  FaultyPool pool(logged(crashing(folder / "broken"), log));
  REQUIRE(pool.wait_ready(Clock::now() + 20s));
  for (std::size_t round = 1; round <= 2; ++round) {
    write_file(folder / "broken");
    REQUIRE(::kill(pool.stats().workers.at(0).pid, SIGKILL) == 0);
    REQUIRE(eventually([&] { return log.of_kind(EventKind::kBreakerOpened).size() == round; }));
    remove_file(folder / "broken");
    REQUIRE(eventually([&] { return log.of_kind(EventKind::kBreakerClosed).size() == round; }));
  }
}

TEST_CASE(
    "a pool that cannot start tells why, and that it stopped, before its constructor throws") {
  EventLog log;
  const Settings settings = logged(faulty_settings(2, R"({"load": "throw"})"), log);
  CHECK(error_of([&] { return FaultyPool(settings).stats(); }).code() == ErrorCode::kStartupFailed);
  const auto failures = log.of_kind(EventKind::kStartFailed);
  REQUIRE_FALSE(failures.empty());
  CHECK(failures[0].error.value().details().exception_text == "the weights are missing");
  CHECK(log.kinds().ends_with(" stopped "));
  CHECK(log.of_kind(EventKind::kRestarting).empty());
  CHECK(log.of_kind(EventKind::kStopped).size() == 1);
}

TEST_CASE("a pool that is closed reports no start that failed because of the close") {
  EventLog log;
  Settings settings = logged(faulty_settings(2, R"({"load": "hang"})"), log);
  settings.start_in_background = true;
  FaultyPool pool(settings);
  REQUIRE(eventually([&] { return log.events().size() == 2; }));
  pool.close();
  CHECK(log.kinds() == "started started stopped ");
}

TEST_CASE("an on_event that throws changes nothing") {
  std::atomic<int> told = 0;
  Settings settings = faulty_settings(2);
  settings.on_event = [&](const Event&) {
    ++told;
    throw std::runtime_error("the log is full");
  };
  {
    FaultyPool pool(settings);
    CHECK(pool.infer(command(Deed::kAnswer, "", 4)).number == 4);
    for (const int pid : ready_pids(pool)) ::kill(pid, SIGKILL);
    REQUIRE(ready_again(pool, 2));
    CHECK(pool.infer(command(Deed::kAnswer, "", 5)).number == 5);
  }
  CHECK(told == 2 + 2 + 2 * 4 + 1);
}

TEST_CASE("on_event may ask the pool for its stats and health, which know of the event already") {
  std::atomic<const FaultyPool*> asked = nullptr;
  std::atomic<bool> begun = false;  // the event of its start has come
  std::mutex mutex;
  std::vector<std::string> seen;
  Settings settings = faulty_settings(1);
  settings.on_event = [&](const Event& event) {
    const FaultyPool* pool = asked.load();
    if (pool == nullptr) {
      if (event.kind == EventKind::kReady) begun = true;
      return;
    }
    const std::string line = std::string(name(event.kind)) + ": " +
                             std::string(name(pool->health().state)) + ", worker " +
                             std::string(name(pool->stats().workers.at(0).state)) + ", deaths " +
                             std::to_string(pool->stats().deaths);
    const std::lock_guard lock(mutex);
    seen.push_back(line);
  };
  const auto count = [&] {
    const std::lock_guard lock(mutex);
    return seen.size();
  };
  FaultyPool pool(settings);
  CHECK(pool.infer(command(Deed::kAnswer, "", 1)).number == 1);
  REQUIRE(eventually([&] { return begun.load(); }));
  asked = &pool;
  REQUIRE(::kill(pool.stats().workers.at(0).pid, SIGKILL) == 0);
  REQUIRE(eventually([&] { return count() >= 4; }));
  pool.close();
  CHECK(seen == std::vector<std::string>{"died: unavailable, worker down, deaths 1",
                                         "restarting: unavailable, worker down, deaths 1",
                                         "started: unavailable, worker starting, deaths 1",
                                         "ready: ready, worker ready, deaths 1",
                                         "stopped: stopped, worker down, deaths 1"});
}

// A service whose on_event asks the pool that its constructor still makes.
template <typename Model>
struct Asking {
  explicit Asking(Settings settings) : pool(asking(std::move(settings), this)) {}

  static Settings asking(Settings settings, Asking* self) {
    settings.on_event = [self](const Event& event) { self->ask(event); };
    return settings;
  }
  void ask(const Event& event) {
    const Health health = pool.health();
    const Stats stats = pool.stats();
    seen += std::string(name(event.kind)) + ' ';
    sums = sums && stats.requests <= 1 && health.live <= 1 && pool.settings().name == "digits";
  }

  std::string seen;
  bool sums = true;
  Pool<Model> pool;
};

TEST_CASE("on_event may ask the pool before the pool's constructor has returned", "[H11]") {
  SECTION("a pool that waits for its workers, or not") {
    Settings settings = faulty_settings(1);
    settings.name = "digits";
    settings.start_in_background = GENERATE(false, true);
    Asking<Faulty> service(settings);
    REQUIRE(service.pool.wait_ready(Clock::now() + 20s));
    CHECK(service.pool.infer(command(Deed::kAnswer, "", 3)).number == 3);
    service.pool.close();
    CHECK(service.seen == "started ready stopped ");
    CHECK(service.sums);
  }
  SECTION("a pool that runs the model itself") {
    Settings settings = actor_settings(0);
    settings.name = "digits";
    Asking<Actor> service(settings);
    CHECK(service.seen == "ready ");
    CHECK(service.sums);
  }
}

TEST_CASE("on_event may ask a pool whose constructor is about to throw", "[H11]") {
  Settings settings = faulty_settings(1, R"({"load": "throw"})");
  settings.name = "digits";
  std::string seen;
  // What the service saw is kept outside of it, since it is gone once its constructor has thrown.
  struct Service {
    Service(Settings given, std::string& log) : pool(asking(std::move(given), this, log)) {}
    static Settings asking(Settings given, Service* self, std::string& log) {
      given.on_event = [self, &log](const Event& event) {
        log += std::string(name(event.kind)) + ' ' + std::to_string(self->pool.health().live) +
               ' ' + std::to_string(self->pool.stats().workers.size()) + ", ";
      };
      return given;
    }
    FaultyPool pool;
  };
  CHECK(error_of([&] { return Service(settings, seen).pool.stats(); }).code() ==
        ErrorCode::kStartupFailed);
  CHECK(seen == "started 0 1, start_failed 0 1, stopped 0 1, ");
}

TEST_CASE("with workers = 0 only the load and the close are events, of this process") {
  EventLog log;
  {
    Pool<Actor> pool(logged(actor_settings(0), log));
    CHECK(log.kinds() == "ready ");
    CHECK(log.events()[0].worker_index == -1);
    CHECK(log.events()[0].pid == getpid());
    CHECK(log.events()[0].model == "digits");
    pool.infer(act("echo"));
    pool.close();
    CHECK(log.kinds() == "ready stopped ");
  }
  CHECK(log.kinds() == "ready stopped ");
}

TEST_CASE("with workers = 0 a model that does not load causes no event, but an exception") {
  EventLog log;
  Settings settings = logged(actor_settings(0), log);
  settings.extra = R"({"fail": true})";
  CHECK(error_of([&] { return Pool<Actor>(settings).stats(); }).code() ==
        ErrorCode::kStartupFailed);
  CHECK(log.kinds().empty());
}

}  // namespace
}  // namespace inferpool::test
