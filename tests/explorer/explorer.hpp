// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "explorer/access.hpp"
#include "explorer/stage.hpp"

namespace inferpool::explorer {

// A scene, played once: see Stage.
using Play = std::function<void(Stage&)>;

struct Outcome {
  std::size_t runs = 0;
  std::size_t states = 0;              // that were told apart
  bool complete = false;               // nothing within the bounds was left out
  std::optional<std::string> failure;  // of the last run, with its steps
  std::vector<Access> accesses;
};

// Plays a scene in all interleavings, but for those that differ only in steps of different threads
// that do not touch each other, or that come through a state in which another one was: a state is
// what all threads have read and what stands in memory, told by a hash of 64 bits. Ends at the
// first failure.
Outcome explore(const Play& play, Bounds bounds = {}, std::vector<Weakening> weakenings = {});

}  // namespace inferpool::explorer
