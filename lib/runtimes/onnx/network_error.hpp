// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stdexcept>

namespace inferpool::runtimes {

// A fault of a network, or of a run of it.
struct NetworkError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace inferpool::runtimes
