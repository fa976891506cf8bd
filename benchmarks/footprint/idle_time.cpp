// SPDX-License-Identifier: Apache-2.0
#include <time.h>
#include <unistd.h>

#include <inferpool/pool.hpp>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "footprint/footprint.hpp"
#include "measure/timing.hpp"
#include "models/echo_model.hpp"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr int kWorkers = 4;
constexpr auto kIdle = 10s;

// The time that a process has run, all of its threads together.
double seconds_run(pid_t pid) {
  clockid_t clock{};
  timespec time{};
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &time) != 0)
    throw std::runtime_error("cannot read the processor time of process " + std::to_string(pid));
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) / 1e9;
}

struct Used {
  double host = 0;
  double workers = 0;
};

Used used_by(const std::vector<inferpool::WorkerStats>& workers) {
  Used used{.host = seconds_run(getpid())};
  for (const inferpool::WorkerStats& worker : workers) used.workers += seconds_run(worker.pid);
  return used;
}

// In percent of one core.
Used idle_for(Clock::duration time, const std::vector<inferpool::WorkerStats>& workers) {
  const Clock::time_point begin = Clock::now();
  const Used before = used_by(workers);
  std::this_thread::sleep_for(time);
  const Used after = used_by(workers);
  const double seconds = nanoseconds(Clock::now() - begin) / 1e9;
  return {.host = 100 * (after.host - before.host) / seconds,
          .workers = 100 * (after.workers - before.workers) / seconds};
}

}  // namespace

void measure_idle_time(const Options& options, Progress& progress, Results& results) {
  progress.step("an idle pool");
  inferpool::Pool<EchoModel> pool({.worker = "bench_echo_worker", .workers = kWorkers});
  const auto input = inferpool::Tensor::scalar(1.0F);
  Samples host;
  Samples workers;
  Figure figure{.what = "idle pool of 4, processor time of host and workers over 10 s",
                .runs = {},
                .relation = Relation::kBelow,
                .target = 0.1,
                .unit = "% of one core",
                .note = "after calls of both kinds, so with all threads that a pool can have"};
  for (int run = 0; run < options.runs; ++run) {
    progress.detail("run " + std::to_string(run + 1) + " of " + std::to_string(options.runs));
    // Asked both ways before, so that all threads are there that a pool can have.
    for (int i = 0; i < 100; ++i) {
      keep(pool.infer(input));
      keep(pool.submit(input).get());
    }
    std::this_thread::sleep_for(100ms);
    const Used used = idle_for(kIdle, pool.stats().workers);
    host.add(used.host);
    workers.add(used.workers);
    figure.runs.push_back(used.host + used.workers);
  }
  for (const auto& [row, samples] :
       {std::pair("host", &host), std::pair("four workers together", &workers)})
    results.cells.push_back({.table = "processor time of an idle pool of 4, 10 s",
                             .row = row,
                             .column = "of one core",
                             .unit = "%",
                             .value = samples->quantile(0.5)});
  results.figures.push_back(figure);
}

}  // namespace bench
