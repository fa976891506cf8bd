// SPDX-License-Identifier: Apache-2.0
#include "fairness/fairness.hpp"
#include "measure/program.hpp"

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, "fairness",
                            [](const bench::Options& options, bench::Results& results) {
                              bench::Progress progress("fairness", 2);
                              bench::measure_one_slow(options, progress, results);
                              bench::measure_two_pools(options, progress, results);
                            });
}
