// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/prctl.h>

#include <chrono>
#include <cstdint>
#include <inferpool/model.hpp>
#include <thread>

#include "models/work.hpp"

namespace bench {

// Works as many rounds, then sleeps as many nanoseconds, as its input says (UINT64, shape [2]). Its
// answer is its input.
struct MixedModel {
  explicit MixedModel(const inferpool::Settings&) { prctl(PR_SET_TIMERSLACK, 1UL); }

  inferpool::Tensor predict(const inferpool::Tensor& input) {
    const auto asked = input.values<std::uint64_t>();
    work(asked[0]);
    if (asked[1] > 0) std::this_thread::sleep_for(std::chrono::nanoseconds(asked[1]));
    return input;
  }
};

}  // namespace bench
