// SPDX-License-Identifier: Apache-2.0
// Counts what one hot round trip does: system calls, allocations, readings of the clock, copies.
#include <chrono>
#include <functional>
#include <inferpool/pool.hpp>
#include <string>
#include <vector>

#include "hot_path/counting_model.hpp"
#include "hot_path/instruments.hpp"
#include "measure/cores.hpp"
#include "measure/program.hpp"
#include "measure/progress.hpp"
#include "measure/timing.hpp"

namespace {

using bench::Results;
using Pool = inferpool::Pool<bench::CountingModel>;

constexpr int kRoundTrips = 1000;        // per attempt
constexpr std::int64_t kMiB4 = 1 << 20;  // floats

// A way to use the pool.
struct Way {
  std::string name;
  std::function<void()> round_trip;
};

std::vector<Way> ways(Pool& pool) {
  static const float value = 1;
  return {
      {"1 float",
       [&pool] {
         bench::keep(pool.infer(inferpool::Tensor::borrow(std::span<const float>(&value, 1), {1})));
       }},
      {"4 MiB loaned", [&pool] { bench::keep(pool.infer(pool.loan<float>({kMiB4}))); }}};
}

// For each attempt, what the instrument saw per round trip.
std::vector<double> attempts(int count, const Way& way, const bench::Instrument& instrument,
                             bool one_by_one) {
  std::vector<double> runs;
  for (int i = 0; i < count; ++i) {
    for (int warm_up = 0; warm_up < 100; ++warm_up) way.round_trip();
    double seen = 0;
    if (one_by_one) {
      for (int trip = 0; trip < kRoundTrips; ++trip) seen += instrument.measure(way.round_trip);
    } else {
      seen = instrument.measure([&] {
        for (int trip = 0; trip < kRoundTrips; ++trip) way.round_trip();
      });
    }
    runs.push_back(seen / kRoundTrips);
  }
  return runs;
}

class Counting {
 public:
  Counting(Pool& pool, int runs, Results& results) : pool_(pool), runs_(runs), results_(results) {}

  void count(const Way& way) {
    add(way, "with a system call in the caller", 0,
        "in how many of 1,000 round trips, the median attempt: a sleep because the worker lost "
        "its processor counts, too",
        bench::system_call_here(), true);
    add(way, "allocations in the caller", 0, "calls of operator new", bench::allocations_here());
    add(way, "allocations in the worker", 0, "calls of operator new",
        bench::allocations_in_worker(pool_));
    add(way, "clock readings in the caller", 1,
        "of steady_clock and of the processor's counter, a beginning and an end for the timings",
        bench::clock_readings_here());
    add(way, "copies in the caller", 0, "of 4 KiB or more", bench::large_copies_here());
    add(way, "copies in the worker", 0, "of 4 KiB or more", bench::large_copies_in_worker(pool_));
  }

 private:
  void add(const Way& way, const std::string& what, double target, const std::string& note,
           const bench::Instrument& instrument, bool one_by_one = false) {
    bench::Figure figure =
        measured({.what = "hot path, " + way.name + ": " + what,
                  .target = target,
                  .unit = "per round trip",
                  .note = note},
                 instrument, [&] { return attempts(runs_, way, instrument, one_by_one); });
    if (figure.not_measured.empty())
      results_.cells.push_back({"hot path", way.name, what, "per round trip", figure.value()});
    results_.figures.push_back(std::move(figure));
  }

  Pool& pool_;
  int runs_;
  Results& results_;
};

void measure(const bench::Options& options, Results& results) {
  const std::vector<int> cores = bench::usable_cores();
  bench::Progress progress(results.program, 2);
  inferpool::Settings settings;
  settings.worker = "bench_counting_worker";
  settings.workers = 1;
  Pool pool(settings);
  bench::pin(pool.stats().workers.at(0).pid, cores.back());
  const bench::Pinned pinned(cores.front());
  Counting counting(pool, 4 * options.runs, results);
  for (const Way& way : ways(pool)) {
    progress.step(way.name);
    counting.count(way);
  }
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "hot_path", measure); }
