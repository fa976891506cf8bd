// SPDX-License-Identifier: Apache-2.0
#include "footprint/footprint.hpp"
#include "measure/program.hpp"

int main(int argc, char** argv) {
  return bench::run_program(argc, argv, "footprint",
                            [](const bench::Options& options, bench::Results& results) {
                              bench::Progress progress("footprint", 3);
                              bench::measure_worker_memory(options, progress, results);
                              bench::measure_idle_time(options, progress, results);
                              bench::measure_compile_time(options, progress, results);
                            });
}
