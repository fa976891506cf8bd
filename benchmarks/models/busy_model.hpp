// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/model.hpp>

#include "models/work.hpp"

namespace bench {

// Works as many rounds as its input (a scalar, UINT64) says; 0 makes it the null model. Its answer
// is its input.
struct BusyModel {
  static constexpr bool thread_safe = true;

  explicit BusyModel(const inferpool::Settings&) {}

  inferpool::Tensor predict(const inferpool::Tensor& rounds) {
    work(rounds.values<std::uint64_t>().front());
    return rounds;
  }
};

}  // namespace bench
