// SPDX-License-Identifier: Apache-2.0
#pragma once

// How long a soak test runs, and with which random numbers.

#include <chrono>
#include <cstdlib>
#include <string>

namespace inferpool::test {

inline long number_from(const char* variable, long otherwise) {
  const char* const text = std::getenv(variable);
  return text != nullptr ? std::atol(text) : otherwise;
}

// INFERPOOL_SOAK_SECONDS, or 10 s.
inline std::chrono::seconds soak_time() {
  return std::chrono::seconds(number_from("INFERPOOL_SOAK_SECONDS", 10));
}

// INFERPOOL_SOAK_SEED, or 1.
inline unsigned soak_seed() { return static_cast<unsigned>(number_from("INFERPOOL_SOAK_SEED", 1)); }

}  // namespace inferpool::test
