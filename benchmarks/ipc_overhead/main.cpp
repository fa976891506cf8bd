// SPDX-License-Identifier: Apache-2.0
#include <inferpool/pool.hpp>
#include <string>

#include "measure/cores.hpp"
#include "measure/program.hpp"
#include "measure/rounds.hpp"
#include "models/echo_model.hpp"

namespace {

void measure(const bench::Options& options, bench::Results& results) {
  const std::vector<int> cores = bench::usable_cores();
  const bench::Pinned pinned(cores.front());
  inferpool::Settings settings;
  settings.worker = "bench_echo_worker";
  settings.workers = 1;
  settings.cpu_affinity = std::to_string(cores.back());
  inferpool::Pool<bench::EchoModel> pool(settings);
  const float value = 1;
  const auto round_trip = [&](bench::Nanoseconds slice, bench::Samples& samples) {
    bench::time_each(slice, samples, [&] {
      bench::keep(pool.infer(inferpool::Tensor::borrow(std::span(&value, 1), {1})));
    });
  };
  bench::Rounds rounds({{"inferpool", round_trip}}, {.runs = options.runs});
  rounds.run();
  results.cells.push_back(
      bench::percentiles("round trip, hot", "inferpool", "1 float", "ns", rounds.all(0)));
}

}  // namespace

int main(int argc, char** argv) { return bench::run_program(argc, argv, "ipc_overhead", measure); }
