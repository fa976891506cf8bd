// SPDX-License-Identifier: Apache-2.0
// A host that uses every wait and limit of a pool once, and reports for each whether it kept its
// time: timed_program WORKER FOLDER. Linked with a clock that jumps, it shows that the jumps have
// no effect. Traced, it shows on which clock the waits are. First it prints by how many hours its
// real-time clock jumps, and that of its workers. With "real" as WORKER it waits on the real-time
// clock itself.
#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <string>

#include "integration/faulty_calls.hpp"
#include "shims/clock_jumps.hpp"

namespace {

using namespace inferpool;
using namespace inferpool::test;

using Clock = std::chrono::steady_clock;

// Far less than an hour, far more than a busy machine needs.
constexpr auto kMost = 30s;

std::string worker;
std::string folder;

Settings timed_settings(int workers, std::string extra = {}) {
  Settings settings = faulty_settings(workers, std::move(extra));
  settings.worker = worker;
  return settings;
}

void expect(bool holds, const char* what) {
  if (!holds) throw std::runtime_error(what);
}

// Runs `step`, which must take `least`.
void keeps_time(const char* name, Duration least, const std::function<void()>& step) {
  const auto start = Clock::now();
  std::string wrong;
  try {
    step();
  } catch (const std::exception& error) {
    wrong = error.what();
  }
  const Duration took = Clock::now() - start;
  if (took < least) wrong += " too short";
  if (took > kMost) wrong += " too long";
  std::printf("%s: %s\n", name, wrong.empty() ? "ok" : wrong.c_str());
  std::fflush(stdout);
}

void ends_with(ErrorCode code, const Error& error) {
  if (error.code() != code) throw error;
}

void run_past_a_deadline() {
  Settings settings = timed_settings(1);
  settings.cancel_grace = 200ms;
  FaultyPool pool(settings);
  ends_with(ErrorCode::kDeadlineExceeded,
            error_of(pool.try_infer(command(Deed::kSleepForever), {.timeout = 2s})));
  expect(ready_again(pool, 1), "not killed after cancel_grace");
}

void wait_past_a_deadline() {
  FaultyPool pool(timed_settings(1));
  HeldCall held(pool, folder + "/queue");
  auto ahead = pool.submit(command(Deed::kAnswer));
  auto asynchronous = pool.submit(command(Deed::kAnswer), {.timeout = 200ms});
  ends_with(ErrorCode::kDeadlineExceeded,
            error_of(pool.try_infer(command(Deed::kAnswer), {.timeout = 200ms})));
  ends_with(ErrorCode::kDeadlineExceeded, error_of(asynchronous));
  expect(ahead.wait_for(0s) == std::future_status::timeout, "one without a deadline ended");
  held.release();
  held.future().get();
  ahead.get();
}

void hang() {
  Settings settings = timed_settings(1);
  settings.hang_timeout = 300ms;
  FaultyPool pool(settings);
  ends_with(ErrorCode::kWorkerLost, error_of(pool.try_infer(command(Deed::kSpinForever))));
}

void back_off() {
  const std::string broken = folder + "/broken";
  const std::string log = folder + "/log";
  Settings settings = timed_settings(
      1, R"({"load": "die", "while": ")" + broken + R"(", "log": ")" + log + R"("})");
  settings.restart_backoff = {.first = 200ms, .limit = 200ms, .breaker = 1000};
  FaultyPool pool(settings);
  write_file(broken);
  (void)error_of(pool.try_infer(command(Deed::kKill)));
  expect(eventually([&] { return std::ranges::count(read_file(log), '\n') >= 5; }, kMost),
         "not restarted");
  std::filesystem::remove(broken);
  expect(pool.wait_ready(Clock::now() + kMost), "not ready again");
}

void start_too_slowly() {
  Settings settings = timed_settings(1, R"({"load": "hang"})");
  settings.start_in_background = true;
  settings.startup_timeout = 500ms;
  FaultyPool pool(settings);
  expect(!pool.wait_ready(Clock::now() + 100ms), "ready");
  expect(eventually([&] { return pool.health().last_failure.has_value(); }, kMost), "no end of it");
}

void close_past_drain_timeout() {
  Settings settings = timed_settings(1);
  settings.drain_timeout = 300ms;
  FaultyPool pool(settings);
  HeldCall held(pool, folder + "/drain");
  pool.close();
  ends_with(ErrorCode::kStopped, error_of(held.future()));
}

// A model for waits in the caller's process.
struct Door {
  explicit Door(const Settings& /*settings*/) {}
  float predict(float /*input*/) {
    write_file(folder + "/door");
    expect(eventually([] { return exists(folder + "/door.go"); }, kMost), "the door stays shut");
    return 1;
  }
};

void wait_in_process() {
  Settings settings;
  settings.workers = 0;
  Pool<Door> pool(settings);
  auto first = std::async(std::launch::async, [&] { return pool.infer(1.F); });
  expect(eventually([] { return exists(folder + "/door"); }), "not begun");
  ends_with(ErrorCode::kDeadlineExceeded, error_of(pool.try_infer(2.F, {.timeout = 200ms})));
  write_file(folder + "/door.go");
  first.get();
}

void wait_on_the_real_time_clock() {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t never = PTHREAD_COND_INITIALIZER;
  timespec until{};
  clock_gettime(CLOCK_REALTIME, &until);
  ++until.tv_sec;
  pthread_mutex_lock(&mutex);
  pthread_cond_timedwait(&never, &mutex, &until);
  pthread_mutex_unlock(&mutex);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  worker = argv[1];
  folder = argv[2];
  if (worker == "real") {
    wait_on_the_real_time_clock();
    return 0;
  }
  try {
    FaultyPool pool(timed_settings(1));
    std::printf("jumps %ld %ld\n", hours_of_jumps(),
                static_cast<long>(pool.infer(command(Deed::kJumps)).number));
  } catch (const std::exception& error) {
    std::printf("no pool: %s\n", error.what());
    return 1;
  }
  keeps_time("run past a deadline", 2200ms, run_past_a_deadline);
  keeps_time("wait past a deadline", 200ms, wait_past_a_deadline);
  keeps_time("hang", 300ms, hang);
  keeps_time("back off", 300ms, back_off);
  keeps_time("start too slowly", 500ms, start_too_slowly);
  keeps_time("close past drain_timeout", 300ms, close_past_drain_timeout);
  keeps_time("wait in process", 200ms, wait_in_process);
  return 0;
}
