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

constexpr auto kIdle = 10s;

// The processor time of a process, over all of its threads.
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

// Returns percent of one core.
Used idle_for(Clock::duration time, const std::vector<inferpool::WorkerStats>& workers) {
  const Clock::time_point begin = Clock::now();
  const Used before = used_by(workers);
  std::this_thread::sleep_for(time);
  const Used after = used_by(workers);
  const double seconds = nanoseconds(Clock::now() - begin) / 1e9;
  return {.host = 100 * (after.host - before.host) / seconds,
          .workers = 100 * (after.workers - before.workers) / seconds};
}

// The processor time while code runs, of this process or of the workers, in seconds. The known case
// computes here, and lets the workers answer.
Instrument processor_time(inferpool::Pool<EchoModel>& pool, bool here) {
  return {here ? "processor time of the host" : "processor time of workers",
          [&pool, here](const Instrument::Code& code) {
            const auto workers = pool.stats().workers;
            const Used before = used_by(workers);
            code();
            const Used after = used_by(workers);
            return here ? after.host - before.host : after.workers - before.workers;
          },
          {[&pool] {
             for (int i = 0; i < 20'000; ++i) keep(pool.infer(inferpool::Tensor::scalar(1.0F)));
           },
           0.001, 60}};
}

void ask_both_ways(inferpool::Pool<EchoModel>& pool) {
  const auto input = inferpool::Tensor::scalar(1.0F);
  for (int i = 0; i < 100; ++i) {
    keep(pool.infer(input));
    keep(pool.submit(input).get());
  }
}

}  // namespace

void measure_idle_time(const Options& options, Progress& progress, Results& results) {
  progress.step("an idle pool");
  inferpool::Pool<EchoModel> pool({.worker = "bench_echo_worker", .workers = kWorkers});
  Samples host;
  Samples workers;
  Figure figure{.what = "idle pool of 4, processor time of host and workers over 10 s",
                .runs = {},
                .relation = Relation::kBelow,
                .target = 0.1,
                .unit = "% of one core",
                .note = "after calls of both kinds, so with all threads that a pool can have"};
  const auto runs = [&] {
    std::vector<double> shares;
    for (int run = 0; run < options.runs; ++run) {
      progress.detail("run " + std::to_string(run + 1) + " of " + std::to_string(options.runs));
      // Both kinds of calls come first, so that all threads of a pool exist.
      ask_both_ways(pool);
      std::this_thread::sleep_for(100ms);
      const Used used = idle_for(kIdle, pool.stats().workers);
      host.add(used.host);
      workers.add(used.workers);
      shares.push_back(used.host + used.workers);
    }
    return shares;
  };
  const std::string blind = processor_time(pool, false).blindness();
  figure = measured(figure, processor_time(pool, true), runs);
  if (!blind.empty()) figure.not_measured = blind;
  results.figures.push_back(figure);
  if (!figure.not_measured.empty()) return;
  for (const auto& [row, samples] :
       {std::pair("host", &host), std::pair("four workers together", &workers)})
    results.cells.push_back({.table = "processor time of an idle pool of 4, 10 s",
                             .row = row,
                             .column = "of one core",
                             .unit = "%",
                             .value = samples->quantile(0.5)});
}

}  // namespace bench
