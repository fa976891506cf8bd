// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <inferpool/model.hpp>

#include "models/work.hpp"

namespace bench {

// Carries out the work that its input says: rounds, then nanoseconds asleep (UINT64, shape [2]).
// Its answer is its input.
struct MixedModel {
  explicit MixedModel(const inferpool::Settings&) { sleep_exactly(); }

  inferpool::Tensor predict(const inferpool::Tensor& input) {
    const auto asked = input.values<std::uint64_t>();
    carry_out({.rounds = asked[0], .asleep = asked[1]});
    return input;
  }
};

}  // namespace bench
