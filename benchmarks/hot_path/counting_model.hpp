// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/model.hpp>

#include "hot_path/allocations.hpp"
#include "hot_path/large_copies.hpp"
#include "models/premade_model.hpp"

namespace bench {

// What the worker's thread has done so far.
struct WorkerCounts {
  std::uint64_t allocations = 0;
  std::uint64_t large_copies = 0;
};

// PremadeModel in a worker that counts. A request of shape [0] asks for its counts.
struct CountingModel {
  explicit CountingModel(const inferpool::Settings& settings) : model_(settings) {}

  inferpool::Tensor predict(const inferpool::Tensor& input, inferpool::Context& context) {
    if (!input.bytes().empty()) return model_.predict(input, context);
    const std::uint64_t counts[] = {allocations(), large_copies()};
    return inferpool::Tensor::from(std::span<const std::uint64_t>(counts), {2});
  }

 private:
  PremadeModel model_;
};

template <typename Pool>
WorkerCounts worker_counts(Pool& pool) {
  const inferpool::Tensor answer =
      pool.infer(inferpool::Tensor(inferpool::Datatype::kFp32, inferpool::Shape{0}));
  const auto counts = answer.template values<std::uint64_t>();
  return {counts[0], counts[1]};
}

}  // namespace bench
