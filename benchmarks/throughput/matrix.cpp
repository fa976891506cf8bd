// SPDX-License-Identifier: Apache-2.0
#include "throughput/matrix.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "measure/callers.hpp"
#include "measure/number.hpp"
#include "models/calibration.hpp"
#include "models/in_flight.hpp"
#include "throughput/pools.hpp"

namespace bench {

namespace {

using namespace std::chrono_literals;

struct RunTime {
  Nanoseconds time;
  const char* name;
};

struct Plan {
  std::vector<RunTime> run_times;
  std::vector<int> callers;
  std::vector<int> in_flight;
  int slices;
  Nanoseconds slice;
};

Plan plan_of(bool full) {
  Plan plan{{{0ns, "no time"}, {10us, "10 us"}, {100us, "100 us"}, {1ms, "1 ms"}},
            {1, 2, 8, 32},
            {1, 32},
            3,
            30ms};
  if (!full) return plan;
  plan.run_times.push_back({10ms, "10 ms"});
  plan.in_flight = plan.callers;
  plan.slice = 100ms;
  return plan;
}

// The median of a few slices. Each is so long that one request more or less does not matter.
template <typename Load>
double rate_of(Load& load, const Plan& plan, const RunTime& run_time) {
  const Nanoseconds slice = std::max(plan.slice, 30 * run_time.time);
  std::vector<double> rates;
  for (int i = 0; i < plan.slices; ++i) rates.push_back(load.rate(slice));
  return median(std::move(rates));
}

// The cells of one pool.
class MatrixRow {
 public:
  MatrixRow(const Plan& plan, int workers, int concurrency, Results& results)
      : plan_(plan),
        results_(results),
        pool_(busy_settings(workers, concurrency)),
        name_(workers == 0 ? "in the caller's process" : number(workers) + " workers") {
    if (workers == 1) name_ = "1 worker";
    if (concurrency > 1) name_ += " of " + number(concurrency) + " threads";
  }

  void synchronous(const RunTime& run_time) {
    const std::uint64_t rounds = rounds_of(run_time.time);
    for (const int callers : plan_.callers) {
      Callers load(callers, [&](int) { infer_busy(pool_, rounds); });
      add("synchronous", run_time, number(callers) + (callers == 1 ? " caller" : " callers"),
          rate_of(load, plan_, run_time));
    }
  }

  void asynchronous(const RunTime& run_time) {
    for (const int depth : plan_.in_flight) {
      InFlight load(pool_, depth, inferpool::Tensor::scalar(rounds_of(run_time.time)));
      add("asynchronous", run_time, number(depth) + " in flight", rate_of(load, plan_, run_time));
    }
  }

 private:
  void add(const std::string& manner, const RunTime& run_time, const std::string& column,
           double rate) {
    results_.cells.push_back(
        {manner + ", model of " + run_time.name, name_, column, "requests/s", rate});
  }

  const Plan& plan_;
  Results& results_;
  BusyPool pool_;
  std::string name_;
};

}  // namespace

void measure_matrix(const Options& options, Progress& progress, Results& results) {
  const Plan plan = plan_of(options.full);
  for (const int workers : {0, 1, 2, 4}) {
    for (const int concurrency : {1, 2}) {
      if (workers == 0 && concurrency > 1) continue;
      progress.step(number(workers) + " workers, concurrency " + number(concurrency));
      MatrixRow row(plan, workers, concurrency, results);
      for (const RunTime& run_time : plan.run_times) {
        row.synchronous(run_time);
        if (workers > 0) row.asynchronous(run_time);  // else it runs in this thread, too
      }
    }
  }
}

}  // namespace bench
