// SPDX-License-Identifier: Apache-2.0
#include "measure/program.hpp"
#include "throughput/figures.hpp"
#include "throughput/matrix.hpp"
#include "throughput/tasks.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  bench::Progress progress("throughput",
                           bench::kFigureSteps + bench::kMatrixSteps + bench::kTasksSteps);
  bench::measure_in_flight(options.runs, progress, results);
  bench::measure_hand_over(options.runs, progress, results);
  bench::measure_cpu_bound(options.runs, progress, results);
  bench::measure_crowd(options.runs, progress, results);
  bench::measure_matrix(options, progress, results);
  bench::measure_tasks(options, progress, results);
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "throughput", measure); }
