// SPDX-License-Identifier: Apache-2.0
#include "measure/number.hpp"
#include "measure/program.hpp"
#include "mix/figures.hpp"
#include "mix/matrix.hpp"
#include "mix/measurements.hpp"
#include "mix/other_load.hpp"
#include "mix/tables.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  bench::Progress progress("mix", bench::kMeasurementSteps + bench::matrix_steps(options));
  const bench::OtherLoad others;
  bench::measure_disturbance(options, progress, results);
  bench::measure_placement(options, progress, results);
  bench::measure_quotas(options, progress, results);
  bench::measure_beside_slow(options, progress, results);
  bench::measure_own_work(options, progress, results);
  bench::measure_break_even(options, progress, results);
  const auto cells = bench::measure_matrix(options, progress);
  for (const bench::MeasuredMix& cell : cells) bench::add_cells(cell, results);
  bench::add_figures(cells, results);
  results.notes.push_back(
      "callers call again as soon as they have their answer, unless a think time or an open loop "
      "is named; the yield floor has the number of servers, up to the cell's workers, that is "
      "fastest in the run");
  results.notes.push_back("other programs had " + bench::number(others.percent()) +
                          " % of all processor time");
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "mix", measure); }
