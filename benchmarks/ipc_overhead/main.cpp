// SPDX-License-Identifier: Apache-2.0
// Measures a round trip to a worker, beside the limit of the hardware and other ways.
#include "ipc_overhead/figures.hpp"
#include "ipc_overhead/peers.hpp"
#include "ipc_overhead/subjects.hpp"
#include "measure/cores.hpp"
#include "measure/program.hpp"
#include "measure/progress.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  const std::vector<int> cores = bench::usable_cores();
  if (cores.size() < 2) {
    results.left_out.emplace_back("everything: a round trip between two cores needs two");
    return;
  }
  bench::Progress progress(results.program, options.full ? 26 : 24);
  const bench::CorePair pair{.caller = cores[0], .worker = cores[1]};
  {
    bench::Subjects undisturbed(pair);
    bench::measure_hot(undisturbed, options, progress, results);
    bench::measure_crossing(undisturbed, options, progress, results);
    bench::measure_cold(undisturbed, options, progress, results);
  }
  bench::Subjects subjects(pair, bench::make_peers(pair, results));
  bench::measure_peers(subjects, options, progress, results);
  bench::measure_payloads(subjects, options, progress, results);
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "ipc_overhead", measure); }
