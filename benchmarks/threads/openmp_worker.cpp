// SPDX-License-Identifier: Apache-2.0
// Runs a dozen layers. Each is a parallel loop of OpenMP with a barrier at its end.
#include <inferpool/worker.hpp>
#include <vector>

#include "measure/timing.hpp"
#include "models/work.hpp"
#include "threads/threaded_model.hpp"

namespace {

struct Layers {
  static constexpr int kLayers = 12;
  static constexpr int kRows = 64;
  static constexpr std::uint64_t kRoundsOfRow = 1500;

  void operator()() {
    for (int layer = 0; layer < kLayers; ++layer) {
#pragma omp parallel for
      for (int row = 0; row < kRows; ++row) bench::work(kRoundsOfRow);
    }
  }
};

}  // namespace

int main(int argc, char** argv) {
  return inferpool::run_worker<bench::ThreadedModel<Layers>>(argc, argv);
}
