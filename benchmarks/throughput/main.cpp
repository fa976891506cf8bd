// SPDX-License-Identifier: Apache-2.0
#include "measure/program.hpp"
#include "throughput/figures.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  bench::Progress progress("throughput", bench::kFigureSteps);
  bench::measure_in_flight(options.runs, progress, results);
  bench::measure_hand_over(options.runs, progress, results);
  bench::measure_cpu_bound(options.runs, progress, results);
  bench::measure_crowd(options.runs, progress, results);
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "throughput", measure); }
