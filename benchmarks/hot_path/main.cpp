// SPDX-License-Identifier: Apache-2.0
// What one hot round trip does, counted: system calls, allocations, readings of the clock, copies.
#include <chrono>
#include <exception>
#include <functional>
#include <inferpool/pool.hpp>
#include <string>
#include <vector>

#include "hot_path/counting_model.hpp"
#include "hot_path/trapped.hpp"
#include "measure/cores.hpp"
#include "measure/program.hpp"
#include "measure/progress.hpp"
#include "measure/timing.hpp"

namespace {

using bench::Results;
using Pool = inferpool::Pool<bench::CountingModel>;

constexpr int kRoundTrips = 1000;        // of one attempt
constexpr std::int64_t kMiB4 = 1 << 20;  // floats

// A way to use the pool, and how often it was asked to.
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

// For each attempt what `attempt` gives, for one round trip.
template <typename Attempt>
std::vector<double> attempts(int count, const Way& way, const Attempt& attempt) {
  std::vector<double> runs;
  for (int i = 0; i < count; ++i) {
    for (int warm_up = 0; warm_up < 100; ++warm_up) way.round_trip();
    runs.push_back(static_cast<double>(attempt()) / kRoundTrips);
  }
  return runs;
}

std::uint64_t with_system_calls(const Way& way) {
  bench::SystemCallTrap trap;
  std::uint64_t count = 0;
  for (int i = 0; i < kRoundTrips; ++i) {
    trap.arm();
    way.round_trip();
    if (trap.disarm()) ++count;
  }
  return count;
}

std::uint64_t clock_readings(const Way& way) {
  const bench::CounterTrap trap;
  for (int i = 0; i < kRoundTrips; ++i) way.round_trip();
  return trap.readings();
}

template <typename Count>
std::uint64_t counted(const Way& way, const Count& count) {
  const std::uint64_t before = count();
  for (int i = 0; i < kRoundTrips; ++i) way.round_trip();
  return count() - before;
}

class Counting {
 public:
  Counting(Pool& pool, int runs, Results& results) : pool_(pool), runs_(runs), results_(results) {}

  void count(const Way& way) {
    add(way, "with a system call in the caller", 0,
        "in how many of 1,000 round trips, the median attempt: a sleep because the worker lost "
        "its processor counts, too",
        [&] { return with_system_calls(way); });
    add(way, "allocations in the caller", 0, "calls of operator new",
        [&] { return counted(way, bench::allocations); });
    add(way, "allocations in the worker", 0, "calls of operator new",
        [&] { return counted(way, [&] { return worker_counts(pool_).allocations; }); });
    add(way, "clock readings in the caller", 1,
        "of steady_clock and of the processor's counter, a beginning and an end for the timings",
        [&] { return clock_readings(way); });
    add(way, "copies in the caller", 0, "of 4 KiB or more",
        [&] { return counted(way, bench::large_copies); });
    add(way, "copies in the worker", 0, "of 4 KiB or more",
        [&] { return counted(way, [&] { return worker_counts(pool_).large_copies; }); });
  }

 private:
  template <typename Attempt>
  void add(const Way& way, const std::string& what, double target, const std::string& note,
           const Attempt& attempt) try {
    bench::Figure figure{.what = "hot path, " + way.name + ": " + what,
                         .runs = attempts(runs_, way, attempt),
                         .target = target,
                         .unit = "per round trip",
                         .note = note};
    results_.cells.push_back({"hot path", way.name, what, "per round trip", figure.value()});
    results_.figures.push_back(std::move(figure));
  } catch (const std::exception& error) {
    results_.left_out.push_back(what + ": " + error.what());
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
