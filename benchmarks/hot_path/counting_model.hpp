// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/model.hpp>

#include "hot_path/allocations.hpp"
#include "hot_path/instruments.hpp"
#include "hot_path/large_copies.hpp"
#include "models/premade_model.hpp"

namespace bench {

// What the worker's thread has done so far.
struct WorkerCounts {
  std::uint64_t allocations = 0;
  std::uint64_t large_copies = 0;
};

// PremadeModel in a worker that counts. A request of shape [0] asks for the counts. A request of
// shape [0, 1] first runs the known case of both counts.
struct CountingModel {
  explicit CountingModel(const inferpool::Settings& settings) : model_(settings) {}

  inferpool::Tensor predict(const inferpool::Tensor& input, inferpool::Context& context) {
    if (!input.bytes().empty()) return model_.predict(input, context);
    if (input.shape().rank() == 2) allocate_and_copy();
    const std::uint64_t counts[] = {allocations(), large_copies()};
    return inferpool::Tensor::from(std::span<const std::uint64_t>(counts), {2});
  }

 private:
  PremadeModel model_;
};

template <typename Pool>
WorkerCounts worker_counts(Pool& pool, const inferpool::Shape& shape = {0}) {
  const inferpool::Tensor answer = pool.infer(inferpool::Tensor(inferpool::Datatype::kFp32, shape));
  const auto counts = answer.template values<std::uint64_t>();
  return {counts[0], counts[1]};
}

// The allocations of the serving thread. The worker has served before, so that its one-time
// allocations are over.
template <typename Pool>
Instrument allocations_in_worker(Pool& pool) {
  static_cast<void>(worker_counts(pool, {0, 1}));
  return count_elsewhere(
      "allocations in the worker", [&pool] { return worker_counts(pool).allocations; },
      [&pool] {
        static_cast<void>(worker_counts(pool, {0, 1}));
      });
}
template <typename Pool>
Instrument large_copies_in_worker(Pool& pool) {
  return count_elsewhere(
      "large copies in the worker", [&pool] { return worker_counts(pool).large_copies; },
      [&pool] {
        static_cast<void>(worker_counts(pool, {0, 1}));
      });
}

}  // namespace bench
