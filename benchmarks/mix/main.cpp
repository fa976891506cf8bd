// SPDX-License-Identifier: Apache-2.0
#include "measure/program.hpp"
#include "mix/figures.hpp"
#include "mix/hot_pair.hpp"
#include "mix/matrix.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  bench::Progress progress("mix", 2 + static_cast<int>(bench::matrix_of(options.full).size()));
  bench::measure_disturbance(options.runs, progress, results);
  bench::measure_placement(options.runs, progress, results);
  bench::add_figures(bench::measure_matrix(options, progress, results), results);
  results.notes.push_back(
      "the callers call again as soon as they have their answer; the yield floor has the number of "
      "servers, up to the cell's workers, that is fastest in the run");
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "mix", measure); }
